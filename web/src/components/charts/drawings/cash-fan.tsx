import { Area, Bar, CartesianGrid, ComposedChart, Line, ReferenceLine, Tooltip, XAxis, YAxis } from 'recharts'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { amountScale } from '../chart-utils'
import {
  AXIS,
  FILL,
  BAND,
  BAND_EARLIER,
  CURSOR,
  GRID,
  MARGIN,
  RULE,
  ruleLabel,
  STILL,
  TooltipCard,
  Y_AXIS,
} from './axes'

export interface CashRange {
  p10: number
  p50: number | null
  p90: number
}

/** One period of receipts in one currency. Of the running one both what came in so far and the rest are known. */
export interface CashPoint {
  startsOn: string
  endsOn: string
  actual: number | null
  expected: CashRange | null
  /** What was forecast of a past period, some time before it. */
  earlier?: CashRange | null
  /** The median if things were otherwise. */
  whatIf?: number | null
}

export interface CashFanProps {
  points: CashPoint[]
  currency: string
  by: 'day' | 'week' | 'month'
  /** Read aloud in place of the drawing. */
  label: string
}

/** Receipts as bars, and what is expected as a line within the range that holds 80 % of cases. */
export function CashFan({ points, currency, by, label }: CashFanProps) {
  const t = useT('charts')
  const format = useFormat()
  const { domain, ticks } = amountScale(
    points.flatMap((point) => [
      point.actual,
      plus(point.expected?.p10, point.actual),
      plus(point.expected?.p90, point.actual),
      point.earlier?.p10,
      point.earlier?.p90,
      plus(point.whatIf, point.actual),
    ]),
  )
  const running = points.find((point) => point.expected)
  const data = points.map((point) => ({
    ...point,
    // Of the running period, what is still expected comes on top of what has come.
    band:
      point.expected && [point.expected.p10, point.expected.p90].map((rest) => rest + (point.actual ?? 0)),
    p50: plus(point.expected?.p50, point.actual),
    whatIf: plus(point.whatIf, point.actual),
    earlierBand: point.earlier && [point.earlier.p10, point.earlier.p90],
    earlierP50: point.earlier?.p50 ?? null,
  }))
  const money = (value: number) => format.money(value.toFixed(2), currency)
  const range = ({ p10, p90 }: CashRange) => `${money(p10)} – ${money(p90)}`
  return (
    <ComposedChart {...FILL} data={data} margin={MARGIN} aria-label={label}>
      <CartesianGrid {...GRID} />
      <XAxis
        {...AXIS}
        dataKey="startsOn"
        scale="band"
        tickFormatter={by === 'month' ? format.month : format.shortDay}
        minTickGap={16}
        interval="equidistantPreserveStart"
      />
      <YAxis
        {...Y_AXIS}
        domain={domain}
        ticks={ticks}
        tickFormatter={(value: number) => format.compactMoney(value, currency)}
      />
      <Tooltip
        {...STILL}
        cursor={CURSOR}
        content={({ active, payload }) => {
          const point = points.find(
            (each) => each.startsOn === (payload?.[0]?.payload as CashPoint | undefined)?.startsOn,
          )
          if (!active || !point) return null
          const lines: [string, string][] = []
          const isRunning = point.actual !== null && point.expected !== null
          if (point.actual !== null)
            lines.push([t(isRunning ? 'receivedSoFar' : 'received'), money(point.actual)])
          if (point.expected) {
            if (point.expected.p50 !== null)
              lines.push([t(isRunning ? 'medianRest' : 'median'), money(point.expected.p50)])
            lines.push([t('range80'), range(point.expected)])
          }
          if (point.earlier) {
            if (point.earlier.p50 !== null) lines.push([t('earlierMedian'), money(point.earlier.p50)])
            lines.push([t('earlierRange'), range(point.earlier)])
          }
          if (point.whatIf != null) lines.push([t('whatIf'), money(point.whatIf)])
          return (
            <TooltipCard
              title={by === 'day' ? format.day(point.startsOn) : format.range(point.startsOn, point.endsOn)}
              lines={lines}
            />
          )
        }}
      />
      <Area {...STILL} dataKey="earlierBand" stroke="none" fill="var(--primary)" className={BAND_EARLIER} />
      <Bar {...STILL} dataKey="actual" fill="var(--actual)" maxBarSize={32} radius={[2, 2, 0, 0]} />
      <Line
        {...STILL}
        dataKey="earlierP50"
        stroke="var(--primary)"
        strokeWidth={1.5}
        strokeDasharray="2 3"
        dot={false}
        activeDot={false}
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
        dataKey="p50"
        stroke="var(--primary)"
        strokeWidth={2}
        dot={points.filter((point) => point.expected).length === 1}
      />
      <Line
        {...STILL}
        dataKey="whatIf"
        stroke="var(--foreground)"
        strokeWidth={2}
        strokeDasharray="6 4"
        dot={false}
      />
      <ReferenceLine y={0} stroke="var(--border)" />
      {running && <ReferenceLine {...RULE} x={running.startsOn} label={ruleLabel(t('today'))} />}
    </ComposedChart>
  )
}

const plus = (rest: number | null | undefined, actual: number | null) =>
  rest == null ? null : rest + (actual ?? 0)
