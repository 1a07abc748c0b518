import { CartesianGrid, ComposedChart, LabelList, Line, ReferenceLine, Tooltip, XAxis, YAxis } from 'recharts'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { PROBABILITY_SCALE } from '../chart-utils'
import { AXIS, FILL, GRID, MARGIN, RULE, STILL, TICK, TooltipCard, Y_AXIS } from './axes'

/** Forecasts of about the same probability, and the share of them that came true. */
export interface CalibrationBin {
  n: number
  forecast: number
  observed: number
}

/** Where forecasts mean what they say, the dots lie on the diagonal; each dot says how many it stands for. */
export function CalibrationPlot({ bins, label }: { bins: CalibrationBin[]; label: string }) {
  const t = useT('charts')
  const most = Math.max(...bins.map((bin) => bin.n), 1)
  // Its area says how many a dot stands for.
  const radius = (bin: CalibrationBin) => 3 + 5 * Math.sqrt(bin.n / most)
  const format = useFormat()
  return (
    <ComposedChart {...FILL} data={bins} margin={{ ...MARGIN, bottom: 16 }} aria-label={label}>
      <CartesianGrid {...GRID} />
      <XAxis
        {...AXIS}
        type="number"
        dataKey="forecast"
        {...PROBABILITY_SCALE}
        tickFormatter={format.percent}
        label={{ ...TICK, value: t('forecastProbability'), position: 'bottom', offset: 0 }}
      />
      <YAxis
        {...Y_AXIS}
        type="number"
        dataKey="observed"
        {...PROBABILITY_SCALE}
        tickFormatter={format.percent}
      />
      <ReferenceLine
        {...RULE}
        segment={[
          { x: 0, y: 0 },
          { x: 1, y: 1 },
        ]}
      />
      <Tooltip
        {...STILL}
        cursor={false}
        content={({ active, payload }) => {
          const bin = payload?.[0]?.payload as CalibrationBin | undefined
          if (!active || !bin) return null
          return (
            <TooltipCard
              title={t('invoices', { count: bin.n })}
              lines={[
                [t('forecastProbability'), format.percent(bin.forecast)],
                [t('cameTrue'), format.percent(bin.observed)],
              ]}
            />
          )
        }}
      />
      <Line
        {...STILL}
        dataKey="observed"
        stroke="none"
        activeDot={false}
        dot={({ key, cx, cy, payload }) => (
          <circle key={key} cx={cx} cy={cy} r={radius(payload as CalibrationBin)} fill="var(--primary)" />
        )}
      >
        <LabelList
          dataKey="n"
          position="top"
          offset={12}
          {...TICK}
          formatter={(n) => (typeof n === 'number' ? format.number(n) : '')}
        />
      </Line>
    </ComposedChart>
  )
}
