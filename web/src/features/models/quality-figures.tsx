'use client'

import type { ReactNode } from 'react'
import { CalibrationPlot } from '@/components/charts/calibration-plot'
import { ChartFrame } from '@/components/charts/chart-frame'
import { FigureTable, TableActions } from '@/components/charts/chart-table'
import type { ChartColumn } from '@/components/charts/csv'
import { amountScale } from '@/components/charts/chart-utils'
import { LevelLines } from '@/components/charts/level-lines'
import { Status } from '@/components/status'
import { Alert, AlertDescription } from '@/components/ui/alert'
import { cn } from '@/lib/cn'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { COVERAGE_MARGIN, gain, type Quality, type Segment, TARGET_COVERAGE } from './quality'

interface QualityFiguresProps {
  quality: Quality
  months: { month: string; n: number; mae: number; maeNaive: number }[]
  since: string
}

/** How far off forecasts were, whether their probabilities and ranges hold, and for which invoices. */
export function QualityFigures({ quality, months, since }: QualityFiguresProps) {
  const t = useT('models')
  const format = useFormat()
  const source =
    quality.source === 'record'
      ? t('source.record', { n: quality.n, day: format.day(since) })
      : t('source.backtest', { n: quality.n })
  const segments = quality.segments.length > 0 && <Segments segments={quality.segments} source={source} />
  return (
    <div className="flex min-w-0 flex-col gap-4">
      {quality.source === 'backtest' && (
        <Alert>
          <AlertDescription>{t('source.noRecord')}</AlertDescription>
        </Alert>
      )}
      <Figures quality={quality} />
      <div className="grid min-w-0 gap-4 lg:grid-cols-2">
        <Calibration quality={quality} source={source} />
        {/* A backtest has no months: its kinds of invoices take their place. */}
        {quality.source === 'record' ? <MonthlyErrors months={months} /> : segments}
      </div>
      {quality.source === 'record' && segments}
    </div>
  )
}

function Figures({ quality }: { quality: Quality }) {
  const t = useT('models')
  const format = useFormat()
  const { coverage } = quality
  const isOff = coverage !== null && Math.abs(coverage - TARGET_COVERAGE) > COVERAGE_MARGIN
  return (
    <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
      <Figure label={t('figure.mae')} value={format.days(quality.mae, 1)}>
        <Beside own={quality.mae} naive={quality.maeNaive} text={(value) => format.days(value, 1)} />
      </Figure>
      <Figure label={t('figure.brier')} value={format.fixed(quality.brier, 3)}>
        <Beside own={quality.brier} naive={quality.brierNaive} text={(value) => format.fixed(value, 3)} />
      </Figure>
      <Figure label={t('figure.coverage')} value={format.percent(coverage)}>
        {coverage === null ? null : (
          <Status tone={isOff ? 'warning' : 'positive'}>
            {t(isOff ? (coverage < TARGET_COVERAGE ? 'coverage.narrow' : 'coverage.wide') : 'coverage.good')}
          </Status>
        )}
      </Figure>
      <Figure label={t('figure.ece')} value={format.percent(quality.ece)}>
        {t('figure.eceDetail')}
      </Figure>
    </div>
  )
}

/** An error beside that of the rule of thumb, and how much smaller or larger it is. */
function Beside({
  own,
  naive,
  text,
}: {
  own: number | null
  naive: number | null
  text: (value: number) => string
}) {
  const t = useT('models')
  const format = useFormat()
  const by = gain(own, naive)
  if (naive === null || by === null) return null
  const direction = by > 0.005 ? 'better' : by < -0.005 ? 'worse' : 'same'
  return (
    <span>
      {t('naive', { value: text(naive) })}{' '}
      <span
        className={cn(direction === 'better' && 'text-positive', direction === 'worse' && 'text-negative')}
      >
        {t('gain', { direction, share: format.percent(Math.abs(by)) })}
      </span>
    </span>
  )
}

function Figure({ label, value, children }: { label: string; value: string; children: ReactNode }) {
  return (
    <section aria-label={label} className="min-w-0 rounded-lg border bg-card p-4">
      <h2 className="text-sm font-medium text-muted-foreground">{label}</h2>
      <p className="mt-1 text-2xl leading-8 font-semibold tracking-[-0.01em]">{value}</p>
      <p className="mt-1 min-h-4 text-xs text-muted-foreground">{children}</p>
    </section>
  )
}

function Calibration({ quality, source }: { quality: Quality; source: string }) {
  const t = useT('models')
  const format = useFormat()
  const summary =
    quality.ece === null ? '' : t('calibration.summary', { points: format.number(quality.ece * 100, 1) })
  return (
    <ChartFrame
      title={t('calibration.title')}
      summary={summary}
      asOf={source}
      className="min-h-104"
      tableColumns={[
        {
          label: t('calibration.forecast'),
          numeric: true,
          text: (bin) => format.percent(bin.forecast),
          value: (bin) => bin.forecast,
        },
        {
          label: t('calibration.observed'),
          numeric: true,
          text: (bin) => format.percent(bin.observed),
          value: (bin) => bin.observed,
        },
        {
          label: t('column.invoices'),
          numeric: true,
          text: (bin) => format.number(bin.n),
          value: (bin) => bin.n,
        },
      ]}
      tableRows={quality.bins}
      fileName="calibration"
      empty={t('calibration.empty')}
    >
      <CalibrationPlot bins={quality.bins} label={summary} />
    </ChartFrame>
  )
}

function MonthlyErrors({ months }: { months: QualityFiguresProps['months'] }) {
  const t = useT('models')
  const format = useFormat()
  const values = months.map(({ mae }) => mae)
  const naive = months.map(({ maeNaive }) => maeNaive)
  const last = months.at(-1)
  const summary = last
    ? t('monthly.summary', {
        month: format.month(last.month),
        own: format.days(last.mae, 1),
        naive: format.days(last.maeNaive, 1),
      })
    : ''
  return (
    <ChartFrame
      title={t('monthly.title')}
      unit={t('monthly.unit')}
      summary={summary}
      className="min-h-104"
      tableColumns={[
        { label: t('monthly.month'), text: (row) => format.month(row.month), value: (row) => row.month },
        {
          label: t('column.invoices'),
          numeric: true,
          text: (row) => format.number(row.n),
          value: (row) => row.n,
        },
        {
          label: t('column.mae'),
          numeric: true,
          text: (row) => format.fixed(row.mae, 1),
          value: (row) => row.mae,
        },
        {
          label: t('column.maeNaive'),
          numeric: true,
          text: (row) => format.fixed(row.maeNaive, 1),
          value: (row) => row.maeNaive,
        },
      ]}
      tableRows={months}
      fileName="errors-by-month"
      empty={t('monthly.empty')}
    >
      <LevelLines
        places={months.map(({ month }) => format.month(month))}
        series={[
          { name: t('column.mae'), values, kind: 'predicted' },
          { name: t('column.maeNaive'), values: naive, kind: 'compared' },
        ]}
        scale={amountScale([...values, ...naive])}
        text={(value) => format.number(value, 1)}
        label={summary}
      />
    </ChartFrame>
  )
}

const KNOWN_VALUES = [
  'none',
  'few',
  'some',
  'many',
  'small',
  'usual',
  'large',
  'first',
  'd30',
  'd14',
  'd7',
] as const
/** What a backtest calls its kinds of invoices, and the message that says it. */
const BACKTEST_LABELS: Partial<Record<string, 'open' | 'later' | 'none' | 'few' | 'some' | 'many'>> = {
  'open at the cut': 'open',
  'issued later': 'later',
  'no payment before': 'none',
  '1 to 5 payments before': 'few',
  '6 to 20 payments before': 'some',
  'more than 20 payments before': 'many',
}
const KNOWN_KINDS = ['history', 'amount', 'currency', 'horizon'] as const

function Segments({ segments, source }: { segments: Segment[]; source: string }) {
  const t = useT('models')
  const format = useFormat()
  const kind = (each: Segment) => {
    const known = KNOWN_KINDS.find((name) => name === each.kind)
    return known ? t(`segment.kind.${known}`) : each.kind
  }
  const value = (each: Segment) => {
    const ofBacktest = BACKTEST_LABELS[each.value]
    if (each.kind === 'backtest') return ofBacktest ? t(`segment.backtest.${ofBacktest}`) : each.value
    const known = KNOWN_VALUES.find((name) => name === each.value)
    return known && each.kind !== 'currency' ? t(`segment.value.${known}`) : each.value
  }
  const figure = (
    label: string,
    of: (each: Segment) => number | null,
    text: (value: number | null) => string,
  ): ChartColumn<Segment> => ({ label, numeric: true, text: (each) => text(of(each)), value: of })
  const isRecord = segments.some((each) => each.coverage !== null)
  const columns: ChartColumn<Segment>[] = [
    {
      label: t('segment.title'),
      text: (each) => (each.kind === 'backtest' ? value(each) : `${kind(each)}: ${value(each)}`),
    },
    figure(t('column.invoices'), (each) => each.n, format.number),
    figure(
      t('column.mae'),
      (each) => each.mae,
      (number) => format.fixed(number, 1),
    ),
    figure(
      t('column.maeNaive'),
      (each) => each.maeNaive,
      (number) => format.fixed(number, 1),
    ),
    ...(isRecord
      ? [
          figure(t('column.coverage'), (each) => each.coverage, format.percent),
          figure(
            t('column.brier'),
            (each) => each.brier,
            (number) => format.fixed(number, 3),
          ),
          figure(
            t('column.brierNaive'),
            (each) => each.brierNaive,
            (number) => format.fixed(number, 3),
          ),
        ]
      : []),
  ]
  return (
    <div className="min-w-0 rounded-lg border bg-card p-4">
      <div className="flex min-h-8 flex-wrap items-center justify-between gap-2">
        <h2 className="text-sm font-semibold">{t('segment.heading')}</h2>
        <div className="flex gap-2">
          <TableActions columns={columns} rows={segments} fileName="model-quality-by-segment" />
        </div>
      </div>
      <FigureTable title={t('segment.heading')} columns={columns} rows={segments} className="mt-2" />
      <p className="mt-2 text-xs text-muted-foreground">{source}</p>
    </div>
  )
}
