'use client'

import { type ReactNode, useRef } from 'react'
import { Region } from '@/components/region'
import { useHotkeys } from '@/lib/hotkeys'
import { type ListQuery } from './list-query'
import { TableRows } from './rows'
import { moveRow, rowKeys } from './row-keys'
import { DataTableSkeleton } from './skeleton'
import { StackedRows } from './stacked'
import type { DataTableOf } from './use-data-table'
import type { ListState } from './use-list'
import { useNarrow } from './use-narrow'
import type { Selection } from './use-selection'

export interface DataTableProps<Row extends object> {
  table: DataTableOf<Row>
  /** What the table holds, for those who do not see it. */
  caption: string
  query: ListQuery<Row>
  list: ListState
  selection?: Selection<Row>
  /** Names a row to the checkbox that chooses it: `INV-1042`. */
  rowLabel: (row: Row) => string
  /** Shows a row without leaving the list: on a click beside its links, and on Space. */
  onPeek?: (row: Row) => void
  /** What is shown where nothing is listed: one thing where there is nothing at all, another where the filter is at fault. */
  empty: ReactNode
  /** Off where two tables share a page: then single letters move in neither. */
  hotkeys?: boolean
}

/**
 * A list of the hub as a table, and as blocks below 640 px. J, K and the arrows move from row to row, Enter opens the
 * row's link, Space peeks, X chooses, Ctrl A chooses the page and Esc nothing.
 */
export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const { table, query, selection, empty, hotkeys = true } = props
  const region = useRef<HTMLDivElement>(null)
  const narrow = useNarrow()

  useHotkeys(
    {
      j: () => moveRow(region.current, 1),
      k: () => moveRow(region.current, -1),
      ...(selection ? { x: () => rowKeys.toggleFocused(region.current, selection) } : {}),
    },
    { enabled: hotkeys },
  )

  return (
    <div ref={region} onKeyDown={(event) => rowKeys.handle(event, region.current, props)} className="min-w-0">
      <Region
        query={query}
        skeleton={<DataTableSkeleton table={table} selectable={Boolean(selection)} narrow={narrow} />}
        isEmpty={(page) => page.items.length === 0}
        empty={empty}
      >
        {() => (narrow ? <StackedRows {...props} /> : <TableRows {...props} />)}
      </Region>
    </div>
  )
}
