'use client'

import { type ReactNode, useId, useState } from 'react'
import { Button } from '@/components/ui/button'
import { Skeleton } from '@/components/ui/skeleton'
import { useT } from '@/lib/i18n'
import { cn } from '@/lib/cn'
import { ChartTable } from './chart-table'
import type { ChartColumn } from './csv'

/** The room that a drawing has, by the role of its chart: beside others on a page, or as the page's subject. */
const HEIGHTS = { card: 224, page: 360 } as const
export type ChartHeight = keyof typeof HEIGHTS

interface ChartFrameProps<Row> {
  title: string
  /** What the amounts are in, such as EUR or days. */
  unit?: string
  /** What the figures rest on: day and model, in words. */
  asOf?: ReactNode
  /** What the chart says, in a sentence. */
  summary: ReactNode
  tableColumns: ChartColumn<Row>[]
  tableRows: Row[]
  /** What a file of the table is called, without its ending. */
  fileName?: string
  height?: ChartHeight
  /** What the marks mean, where their labels do not say. */
  chartKey?: ReactNode
  actions?: ReactNode
  /** Shown in place of a drawing of nothing. */
  empty?: ReactNode
  className?: string
  children: ReactNode
}

/** A chart with its title, what it says in words, and the same data as a table to read, copy and keep. */
export function ChartFrame<Row>(props: ChartFrameProps<Row>) {
  const { title, unit, asOf, summary, tableColumns, tableRows, height = 'card', chartKey, actions } = props
  const t = useT('charts')
  const titleId = useId()
  const [asTable, setAsTable] = useState(false)
  const isEmpty = props.empty !== undefined && tableRows.length === 0
  return (
    <figure aria-labelledby={titleId} className={cn(FRAME, props.className)}>
      <div className="flex min-h-8 flex-wrap items-center gap-x-3 gap-y-1">
        <h2 id={titleId} className="min-w-0 text-sm font-semibold">
          {title}
          {unit && <span className="ml-2 text-xs font-normal text-muted-foreground">{unit}</span>}
        </h2>
        <div className="ml-auto flex items-center gap-1">
          {actions}
          {!isEmpty && (
            <Button variant="ghost" size="sm" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
              {asTable ? t('asChart') : t('asTable')}
            </Button>
          )}
        </div>
      </div>
      {chartKey && !asTable && !isEmpty && chartKey}
      <div style={{ minHeight: HEIGHTS[height] }} className="relative min-w-0 flex-1">
        {/* Beside a taller neighbour the drawing grows with its card, and percentages need a box of known height. */}
        <div className="absolute inset-0">
          {isEmpty ? (
            <div className="flex h-full items-center justify-center text-center text-muted-foreground">
              {props.empty}
            </div>
          ) : asTable ? (
            <ChartTable
              title={title}
              columns={tableColumns}
              rows={tableRows}
              fileName={props.fileName ?? title}
            />
          ) : (
            props.children
          )}
        </div>
      </div>
      <figcaption className="text-xs text-muted-foreground">
        {!isEmpty && summary}
        {asOf && <span className="block">{asOf}</span>}
      </figcaption>
    </figure>
  )
}

/** What stands there until a chart's data has come: of the same shape, so that nothing moves. */
export function ChartSkeleton({ height = 'card', className }: { height?: ChartHeight; className?: string }) {
  return (
    <div className={cn(FRAME, className)} aria-hidden>
      <div className="flex min-h-8 items-center">
        <Skeleton className="h-4 w-40" />
      </div>
      <Skeleton style={{ height: HEIGHTS[height] }} className="w-full" />
      <Skeleton className="h-4 w-3/4" />
    </div>
  )
}

const FRAME = 'bg-card text-card-foreground flex min-w-0 flex-col gap-2 rounded-lg border p-4'
