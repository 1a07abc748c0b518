'use client'

import { Checkbox } from '@/components/ui/checkbox'
import { useT } from '@/lib/i18n'
import type { DataTableProps } from './data-table'
import { isRowClick } from './row-keys'

/** The rows as blocks, for narrow screens: title and figure in the first line, the rest as labels and values. */
export function StackedRows<Row extends object>(props: DataTableProps<Row>) {
  const { table, caption, selection, rowLabel, onPeek } = props
  const t = useT('table')
  return (
    <ul aria-label={caption} className="divide-y rounded-lg border bg-card">
      {table.getRowModel().rows.map((row) => {
        const cells = row.getVisibleCells()
        const placed = (place: string) => cells.filter((cell) => cell.column.columnDef.meta?.stack === place)
        const details = cells.filter((cell) => cell.column.columnDef.meta?.stack === undefined)
        return (
          <li
            key={row.id}
            data-row={row.id}
            data-state={selection?.isSelected(row.id) ? 'selected' : undefined}
            onClick={onPeek && ((event) => isRowClick(event.target) && onPeek(row.original))}
            className="flex gap-3 p-3 data-[state=selected]:bg-accent [&_a]:inline-block [&_a]:py-0.5 [&_a]:leading-5"
          >
            {selection && (
              <Checkbox
                className="mt-0.5"
                aria-label={t('selectRow', { row: rowLabel(row.original) })}
                checked={selection.isSelected(row.id)}
                onCheckedChange={() => selection.toggle(row.id)}
              />
            )}
            <div className="min-w-0 flex-1">
              <div className="flex items-baseline justify-between gap-3">
                <div className="min-w-0 truncate">
                  {placed('title').map((cell) => (
                    <table.FlexRender key={cell.id} cell={cell} />
                  ))}
                </div>
                <div className="shrink-0 text-right font-medium">
                  {placed('aside').map((cell) => (
                    <table.FlexRender key={cell.id} cell={cell} />
                  ))}
                </div>
              </div>
              {placed('subtitle').map((cell) => (
                <div key={cell.id} className="truncate">
                  <table.FlexRender cell={cell} />
                </div>
              ))}
              <dl className="mt-1 flex flex-wrap gap-x-4 gap-y-0.5 text-muted-foreground">
                {details.map((cell) => (
                  <div key={cell.id} className="flex max-w-full min-w-0 items-baseline gap-1.5">
                    <dt className="text-xs">{cell.column.columnDef.meta?.label}</dt>
                    <dd className="min-w-0 text-foreground">
                      <table.FlexRender cell={cell} />
                    </dd>
                  </div>
                ))}
              </dl>
            </div>
          </li>
        )
      })}
    </ul>
  )
}
