import { Area, CartesianGrid, ComposedChart, Line, ReferenceLine, Tooltip, XAxis, YAxis } from 'recharts'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { dayNumber, dayTicks, isoDay, PROBABILITY_SCALE } from '../chart-utils'
import { AXIS, FILL, BAND, CURSOR, GRID, MARGIN, RULE, ruleLabel, STILL, TooltipCard, Y_AXIS } from './axes'

/** How likely an invoice is paid by the end of a day, with its range where one is known. */
export interface CurvePoint {
  on: string
  p: number
  low?: number
  high?: number
}

export interface ProbabilityCurveProps {
  /** By day, the earliest first. */
  points: CurvePoint[]
  /** Days to show beside the curve, such as the due date, each with its word. */
  markers?: { on: string; label: string }[]
  label: string
}

/** The probability that an invoice is paid by each day to come. */
export function ProbabilityCurve({ points, markers = [], label }: ProbabilityCurveProps) {
  const t = useT('charts')
  const format = useFormat()
  const data = points.map((point) => ({
    ...point,
    day: dayNumber(point.on),
    band: point.low === undefined || point.high === undefined ? null : [point.low, point.high],
  }))
  const first = Math.min(...data.map((each) => each.day), ...markers.map((each) => dayNumber(each.on)))
  const last = Math.max(...data.map((each) => each.day), ...markers.map((each) => dayNumber(each.on)))
  return (
    <ComposedChart {...FILL} data={data} margin={{ ...MARGIN, top: 24 }} aria-label={label}>
      <CartesianGrid {...GRID} />
      <XAxis
        {...AXIS}
        type="number"
        dataKey="day"
        domain={[first, last]}
        ticks={dayTicks(first, last)}
        tickFormatter={(day: number) => format.shortDay(isoDay(day))}
      />
      <YAxis {...Y_AXIS} {...PROBABILITY_SCALE} tickFormatter={format.percent} />
      <Tooltip
        {...STILL}
        cursor={CURSOR}
        content={({ active, payload }) => {
          const point = payload?.[0]?.payload as CurvePoint | undefined
          if (!active || !point) return null
          const lines: [string, string][] = [[t('paidByThen'), format.probability(point.p)]]
          if (point.low !== undefined && point.high !== undefined)
            lines.push([t('range80'), `${format.probability(point.low)} – ${format.probability(point.high)}`])
          return <TooltipCard title={format.day(point.on)} lines={lines} />
        }}
      />
      <Area
        {...STILL}
        dataKey="band"
        stroke="none"
        fill="var(--primary)"
        className={BAND}
        activeDot={false}
      />
      <Line
        {...STILL}
        dataKey="p"
        type="monotone"
        stroke="var(--primary)"
        strokeWidth={2}
        dot={points.length <= 12 ? { r: 3, fill: 'var(--primary)' } : false}
      />
      {markers.map((marker) => (
        <ReferenceLine
          key={marker.label}
          {...RULE}
          x={dayNumber(marker.on)}
          label={ruleLabel(marker.label)}
        />
      ))}
    </ComposedChart>
  )
}
