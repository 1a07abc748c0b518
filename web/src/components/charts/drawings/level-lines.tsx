import { CartesianGrid, ComposedChart, LabelList, Line, ReferenceLine, Tooltip, XAxis, YAxis } from 'recharts'
import { levelScale, type Scale } from '../chart-utils'
import { AXIS, FILL, CURSOR, GRID, MARGIN, RULE, ruleLabel, STILL, TICK, TooltipCard, Y_AXIS } from './axes'

export interface LevelSeries {
  name: string
  values: (number | null)[]
  /** What was predicted is drawn in the accent colour, what was measured in grey. */
  kind: 'measured' | 'predicted' | 'compared'
}

export interface LevelLinesProps {
  /** What stands under each place of the axis. */
  places: string[]
  series: LevelSeries[]
  text: (value: number) => string
  /** Left out, the scale fits the values and does not start at zero. */
  scale?: Scale
  /** A level to hold the lines against. */
  target?: { value: number; label: string }
  label: string
}

const STROKE = {
  measured: 'var(--foreground)',
  predicted: 'var(--primary)',
  compared: 'var(--actual)',
} as const

/** Levels over time, such as DSO or a forecast's mean error, each line with its last value beside it. */
export function LevelLines({ places, series, text, scale, target, label }: LevelLinesProps) {
  const { domain, ticks } = scale ?? levelScale([...series.flatMap((each) => each.values), target?.value])
  const data = places.map((place, at) => ({ place, values: series.map((each) => each.values[at] ?? null) }))
  const last = series.map((each) => each.values.findLastIndex((value) => value !== null))
  return (
    <ComposedChart {...FILL} data={data} margin={{ ...MARGIN, right: 44 }} aria-label={label}>
      <CartesianGrid {...GRID} />
      <XAxis
        {...AXIS}
        dataKey="place"
        minTickGap={16}
        interval="equidistantPreserveStart"
        padding={{ left: 8, right: 8 }}
      />
      <YAxis {...Y_AXIS} domain={domain} ticks={ticks} tickFormatter={text} />
      <Tooltip
        {...STILL}
        cursor={CURSOR}
        content={({ active, payload }) => {
          const point = payload?.[0]?.payload as (typeof data)[number] | undefined
          if (!active || !point) return null
          return (
            <TooltipCard
              title={point.place}
              lines={series.flatMap((each, at): [string, string][] => {
                const value = point.values[at]
                return value == null ? [] : [[each.name, text(value)]]
              })}
            />
          )
        }}
      />
      {target && (
        <ReferenceLine {...RULE} y={target.value} label={ruleLabel(target.label, 'insideTopLeft')} />
      )}
      {series.map((each, at) => (
        <Line
          key={each.name}
          {...STILL}
          name={each.name}
          dataKey={(row: (typeof data)[number]) => row.values[at]}
          stroke={STROKE[each.kind]}
          strokeWidth={2}
          strokeDasharray={each.kind === 'compared' ? '4 3' : undefined}
          dot={each.values.filter((value) => value !== null).length === 1}
          connectNulls
        >
          <LabelList
            position="right"
            {...TICK}
            valueAccessor={(_, place) => {
              const value = place === last[at] ? each.values[place] : null
              return value == null ? '' : text(value)
            }}
          />
        </Line>
      ))}
    </ComposedChart>
  )
}
