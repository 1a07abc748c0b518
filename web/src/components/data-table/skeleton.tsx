import { Skeleton } from '@/components/ui/skeleton'
import { cn } from '@/lib/cn'
import type { DataTableOf } from './use-data-table'

const ROWS = 15

/** The table to come, in its final shape. */
export function DataTableSkeleton<Row extends object>({
  table,
  selectable,
  narrow,
}: {
  table: DataTableOf<Row>
  selectable: boolean
  narrow: boolean
}) {
  const columns = table.getVisibleLeafColumns()
  if (narrow) {
    return (
      <div className="divide-y rounded-lg border bg-card">
        {Array.from({ length: 6 }, (_, row) => (
          <div key={row} className="space-y-2 p-3">
            <Skeleton className="h-4 w-2/3" />
            <Skeleton className="h-4 w-full" />
          </div>
        ))}
      </div>
    )
  }
  return (
    <div className="overflow-hidden rounded-lg border bg-card">
      {Array.from({ length: ROWS }, (_, row) => (
        <div key={row} className="flex h-(--row) items-center gap-6 border-b px-3 last:border-b-0">
          {selectable && <Skeleton className="size-4" />}
          {columns.map((column) => (
            <Skeleton
              key={column.id}
              className={cn('h-3.5 flex-1', column.columnDef.meta?.grow && 'flex-[2]')}
            />
          ))}
        </div>
      ))}
    </div>
  )
}
