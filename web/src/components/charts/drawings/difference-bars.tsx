import { Bar, CartesianGrid, ComposedChart, ErrorBar, ReferenceLine, Tooltip, XAxis, YAxis } from 'recharts'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { amountScale } from '../chart-utils'
import { AXIS, FILL, CURSOR, GRID, MARGIN, STILL, TooltipCard, Y_AXIS } from './axes'

/** By how much the receipts of one period change. */
export interface Difference {
  startsOn: string
  endsOn: string
  expected: number
  p10: number
  p90: number
}

export interface DifferenceBarsProps {
  differences: Difference[]
  currency: string
  by: 'day' | 'week' | 'month'
  label: string
}

/** What changes by period: the mean as a bar, and the range that holds 80 % of cases as a line across its end. */
export function DifferenceBars({ differences, currency, by, label }: DifferenceBarsProps) {
  const t = useT('charts')
  const format = useFormat()
  const { domain, ticks } = amountScale(differences.flatMap((each) => [each.expected, each.p10, each.p90]))
  const data = differences.map((each) => ({
    ...each,
    reach: [Math.max(0, each.expected - each.p10), Math.max(0, each.p90 - each.expected)],
  }))
  const money = (value: number) => format.money(value.toFixed(2), currency)
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
          const each = payload?.[0]?.payload as Difference | undefined
          if (!active || !each) return null
          return (
            <TooltipCard
              title={by === 'day' ? format.day(each.startsOn) : format.range(each.startsOn, each.endsOn)}
              lines={[
                [t('difference'), money(each.expected)],
                [t('range80'), `${money(each.p10)} – ${money(each.p90)}`],
              ]}
            />
          )
        }}
      />
      <ReferenceLine y={0} stroke="var(--muted-foreground)" />
      <Bar {...STILL} dataKey="expected" fill="var(--primary)" maxBarSize={32}>
        <ErrorBar
          {...STILL}
          dataKey="reach"
          direction="y"
          width={6}
          stroke="var(--foreground)"
          strokeWidth={1}
        />
      </Bar>
    </ComposedChart>
  )
}
