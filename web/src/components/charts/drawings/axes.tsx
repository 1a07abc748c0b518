import type { ReactNode } from 'react'

/** What all drawings share: quiet axes, horizontal grid lines only, no movement. */
export const TICK = { fill: 'var(--muted-foreground)', fontSize: 12 } as const
export const AXIS = { axisLine: false, tickLine: false, tick: TICK } as const
export const Y_AXIS = { ...AXIS, width: 'auto' } as const
export const GRID = { vertical: false, stroke: 'var(--border)' } as const
/** A drawing is as large as the box it stands in. */
export const FILL = { responsive: true, style: { width: '100%', height: '100%' } } as const
export const MARGIN = { top: 16, right: 16, bottom: 0, left: 0 } as const
export const STILL = { isAnimationActive: false } as const
export const CURSOR = { stroke: 'var(--muted-foreground)', strokeWidth: 1 } as const
export const RULE = { stroke: 'var(--muted-foreground)', strokeDasharray: '3 3' } as const
/** The range of a forecast, light enough for grid lines to show through; of an earlier forecast, lighter still. */
export const BAND = '[&_path]:fill-primary/16 dark:[&_path]:fill-primary/20'
export const BAND_EARLIER = '[&_path]:fill-primary/10 dark:[&_path]:fill-primary/14'
/** Words written into a drawing are read against the card, whatever they stand on. */
export const ruleLabel = (value: string, position: 'insideTopLeft' | 'insideTopRight' | 'top' = 'top') => ({
  value,
  position,
  fill: 'var(--muted-foreground)',
  fontSize: 12,
})

/** What a mark stands for, exactly: a heading and lines of label and value. */
export function TooltipCard({ title, lines }: { title: string; lines: [string, ReactNode][] }) {
  return (
    <div
      role="status"
      className="rounded-md border bg-popover px-3 py-2 text-xs text-popover-foreground shadow-md"
    >
      <p className="mb-1 font-medium">{title}</p>
      <dl className="grid grid-cols-[auto_auto] gap-x-4 gap-y-0.5">
        {lines.map(([label, value]) => (
          <div key={label} className="contents">
            <dt className="text-muted-foreground">{label}</dt>
            <dd className="text-right">{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
