'use client'

import { type ReactTable, type TableOptions, useTable } from '@tanstack/react-table'
import { features } from './features'
import { usePreference } from './preference'

export type Columns<Row extends object> = TableOptions<typeof features, Row>['columns']
export type DataTableOf<Row extends object> = ReactTable<typeof features, Row>

const NOTHING: never[] = []

interface Options<Row extends object> {
  /** Names the table among the preferences of the user: `invoices`. */
  name: string
  columns: Columns<Row>
  rows: Row[] | undefined
  rowId: (row: Row) => string
  /** Columns that are hidden until somebody asks for them. */
  hidden?: string[]
}

/** A table whose rows come sorted, filtered and cut from the hub; which columns are shown is kept for the user. */
export function useDataTable<Row extends object>({
  name,
  columns,
  rows,
  rowId,
  hidden = NOTHING,
}: Options<Row>) {
  const [shown, setShown] = usePreference<Record<string, boolean>>(`columns.${name}`, {})
  const columnVisibility = { ...Object.fromEntries(hidden.map((id) => [id, false])), ...shown }
  return useTable({
    features,
    columns,
    data: rows ?? NOTHING,
    getRowId: rowId,
    state: { columnVisibility },
    onColumnVisibilityChange: (change) =>
      setShown(typeof change === 'function' ? change(columnVisibility) : change),
  })
}
