'use client'

import type { Header } from '@tanstack/react-table'
import { ArrowDown, ArrowUp, ChevronsUpDown } from 'lucide-react'
import { TableHead } from '@/components/ui/table'
import { cn } from '@/lib/cn'
import { type features, PINNED } from './features'
import type { ListState } from './use-list'

/** A column's head; where the hub can sort by it, a button that goes from descending to ascending to the list's own order. */
export function ColumnHeader<Row extends object>({
  header,
  list,
}: {
  header: Header<typeof features, Row, unknown>
  list: ListState
}) {
  const meta = header.column.columnDef.meta
  const alignment = meta?.align === 'end' ? 'justify-end text-right' : ''
  if (!meta?.sort) {
    return (
      <TableHead
        scope="col"
        className={cn('whitespace-nowrap', meta?.align === 'end' && 'text-right', meta?.pinned && PINNED)}
      >
        {meta?.pinned ? <span className="sr-only">{meta.label}</span> : meta?.label}
      </TableHead>
    )
  }
  const direction = sortDirection(list.sort, meta.sort)
  const Icon = direction === 'descending' ? ArrowDown : direction === 'ascending' ? ArrowUp : ChevronsUpDown
  return (
    <TableHead scope="col" aria-sort={direction ?? 'none'} className="px-0 whitespace-nowrap">
      <button
        type="button"
        onClick={() => list.setSort(nextSort(list.sort, meta.sort!))}
        className={cn(
          'flex h-full min-h-8 w-full items-center gap-1 px-2 text-left font-medium hover:text-foreground',
          direction && 'text-foreground',
          alignment,
        )}
      >
        {meta.label}
        <Icon
          aria-hidden
          className={cn('size-3.5 shrink-0', !direction && 'opacity-40')}
          strokeWidth={1.75}
        />
      </button>
    </TableHead>
  )
}

/** Which way a list in the order `sort` runs by the column of that name, if it runs by it. */
export function sortDirection(sort: string, name: string): 'ascending' | 'descending' | undefined {
  return sort === name ? 'ascending' : sort === `-${name}` ? 'descending' : undefined
}

/** The order after `sort` when the head of the column is pressed; null is the list's own. */
export function nextSort(sort: string, name: string): string | null {
  const direction = sortDirection(sort, name)
  return direction === undefined ? `-${name}` : direction === 'descending' ? name : null
}
