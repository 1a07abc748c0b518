'use client'

import { Checkbox } from '@/components/ui/checkbox'
import {
  Table,
  TableBody,
  TableCaption,
  TableCell,
  TableHead,
  TableHeader,
  TableRow,
} from '@/components/ui/table'
import { cn } from '@/lib/cn'
import { useT } from '@/lib/i18n'
import { ColumnHeader } from './column-header'
import type { DataTableProps } from './data-table'
import { PINNED } from './features'
import { isRowClick } from './row-keys'

/** The rows as a table with its head. */
export function TableRows<Row extends object>(props: DataTableProps<Row>) {
  const { table, caption, list, selection, rowLabel, onPeek } = props
  const t = useT('table')
  return (
    <div className="overflow-hidden rounded-lg border bg-card">
      <Table label={caption}>
        <TableCaption className="sr-only">{caption}</TableCaption>
        <TableHeader>
          {table.getHeaderGroups().map((group) => (
            <TableRow key={group.id}>
              {selection && (
                <TableHead scope="col" className="w-10">
                  <Checkbox
                    className="block"
                    aria-label={t('selectPage')}
                    checked={selection.page}
                    onCheckedChange={() => selection.togglePage()}
                  />
                </TableHead>
              )}
              {group.headers.map((header) => (
                <ColumnHeader key={header.id} header={header} list={list} />
              ))}
            </TableRow>
          ))}
        </TableHeader>
        <TableBody>
          {table.getRowModel().rows.map((row) => {
            const selected = selection?.isSelected(row.id) ?? false
            return (
              <TableRow
                key={row.id}
                data-row={row.id}
                data-state={selected ? 'selected' : undefined}
                onClick={onPeek && ((event) => isRowClick(event.target) && onPeek(row.original))}
                className={cn('has-[[data-row-link]:focus-visible]:bg-accent', onPeek && 'cursor-pointer')}
              >
                {selection && (
                  <TableCell className="w-10">
                    <Checkbox
                      className="block"
                      aria-label={t('selectRow', { row: rowLabel(row.original) })}
                      checked={selected}
                      onClick={(event) => {
                        event.preventDefault()
                        selection.toggle(row.id, event.shiftKey)
                      }}
                    />
                  </TableCell>
                )}
                {row.getVisibleCells().map((cell) => {
                  const meta = cell.column.columnDef.meta
                  return (
                    <TableCell
                      key={cell.id}
                      className={cn(
                        'whitespace-nowrap',
                        meta?.align === 'end' && 'text-right',
                        meta?.grow && 'max-w-52 truncate',
                        meta?.pinned && PINNED,
                      )}
                    >
                      <table.FlexRender cell={cell} />
                    </TableCell>
                  )
                })}
              </TableRow>
            )
          })}
        </TableBody>
      </Table>
    </div>
  )
}
