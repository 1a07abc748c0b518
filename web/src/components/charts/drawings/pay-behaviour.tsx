import { CartesianGrid, ComposedChart, Line, ReferenceLine, Tooltip, XAxis, YAxis } from 'recharts'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { amountScale, dayNumber, dayTicks, isoDay, rollingMedian } from '../chart-utils'
import { AXIS, FILL, GRID, MARGIN, RULE, ruleLabel, STILL, TooltipCard, Y_AXIS } from './axes'

/** One paid invoice: when it was paid, and how many days after its due date (below 0: before). */
export interface PaidInvoice {
  id: string
  number: string
  paidOn: string
  daysLate: number
}

export interface PayBehaviourProps {
  invoices: PaidInvoice[]
  /** Of how many payments the median is taken. */
  width?: number
  onSelect?: (invoice: PaidInvoice) => void
  label: string
}

/** How late each invoice was paid, and the median of the latest payments as it moved. */
export function PayBehaviour({ invoices, width = 7, onSelect, label }: PayBehaviourProps) {
  const t = useT('charts')
  const format = useFormat()
  const paid = [...invoices].sort((a, b) => a.paidOn.localeCompare(b.paidOn))
  const medians = rollingMedian(
    paid.map((invoice) => invoice.daysLate),
    width,
  )
  const data = paid.map((invoice, at) => ({
    ...invoice,
    day: dayNumber(invoice.paidOn),
    median: medians[at],
  }))
  const first = data[0]?.day ?? 0
  const last = data.at(-1)?.day ?? first + 1
  const { domain, ticks } = amountScale(paid.map((invoice) => invoice.daysLate))
  return (
    <ComposedChart {...FILL} data={data} margin={MARGIN} aria-label={label}>
      <CartesianGrid {...GRID} />
      <XAxis
        {...AXIS}
        type="number"
        dataKey="day"
        domain={[first, Math.max(last, first + 1)]}
        ticks={dayTicks(first, last)}
        tickFormatter={(day: number) => format.month(isoDay(day))}
        padding={{ left: 8, right: 8 }}
      />
      <YAxis
        {...Y_AXIS}
        domain={domain}
        ticks={ticks}
        tickFormatter={(value: number) => format.number(value)}
      />
      <ReferenceLine {...RULE} y={0} label={ruleLabel(t('dueDate'), 'insideTopLeft')} />
      <Tooltip
        {...STILL}
        cursor={false}
        content={({ active, payload }) => {
          const point = payload?.[0]?.payload as (typeof data)[number] | undefined
          if (!active || !point) return null
          const lines: [string, string][] = [
            [t('paidOn'), format.day(point.paidOn)],
            [t('afterDue'), format.days(point.daysLate)],
          ]
          if (point.median != null) lines.push([t('rollingMedian'), format.days(point.median)])
          return <TooltipCard title={point.number} lines={lines} />
        }}
      />
      <Line
        {...STILL}
        dataKey="daysLate"
        stroke="none"
        activeDot={false}
        dot={({ key, cx, cy, payload }) => (
          <circle
            key={key}
            cx={cx}
            cy={cy}
            r={4}
            fill="var(--actual)"
            className={onSelect && 'cursor-pointer'}
            onClick={() => onSelect?.(payload as PaidInvoice)}
          />
        )}
      />
      <Line
        {...STILL}
        dataKey="median"
        stroke="var(--foreground)"
        strokeWidth={2}
        dot={false}
        activeDot={false}
      />
    </ComposedChart>
  )
}
