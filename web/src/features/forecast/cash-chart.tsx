'use client'

import { useCashColumns } from '@/components/charts/cash-columns'
import { CashFan } from '@/components/charts/cash-fan'
import { type Before, cashPoints } from '@/components/charts/cash-points'
import { ChartFrame } from '@/components/charts/chart-frame'
import { ChartKey } from '@/components/charts/chart-key'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import type { ComparedPeriod, CurrencyCashFlow } from './api'
import { coverageOf } from './coverage'
import type { View } from './view'
import { hasEffect, totalDifference, withWhatIf } from './what-if'

interface CashChartProps {
  flow: CurrencyCashFlow
  periods: ComparedPeriod[]
  view: View
  before: Before | null
  asOf: string
  madeAt: string
}

/** The fan of one currency, with what had been forecast of the past and what a scenario would make of the future. */
export function CashChart({ flow, periods, view, before, asOf, madeAt }: CashChartProps) {
  const t = useT('forecast')
  const c = useT('charts')
  const format = useFormat()
  const { currency, four_weeks: fourWeeks } = flow
  const points = withWhatIf(cashPoints(flow, before), periods)
  const coverage = before && coverageOf(flow, before)
  const columns = useCashColumns({ currency, by: view.by, withEarlier: before !== null })
  const said = [
    t('summary', {
      expected: format.compactMoney(fourWeeks.expected, currency),
      range: format.compactMoneyRange(fourWeeks.p10, fourWeeks.p90, currency),
    }),
  ]
  if (before && !coverage) said.push(t('coverage.none'))
  if (coverage)
    said.push(
      t('coverage.held', {
        held: coverage.held,
        count: coverage.periods,
        share: format.percent(coverage.held / coverage.periods),
      }),
    )
  if (hasEffect(periods))
    said.push(
      t('scenario.total', {
        amount: format.compactMoney(totalDifference(periods), currency),
        weeks: view.weeks,
      }),
    )
  const summary = said.join(' ')
  return (
    <ChartFrame
      title={t('chart.title')}
      unit={currency}
      summary={summary}
      asOf={madeAt && t('chart.madeAt', { at: madeAt })}
      height="page"
      tableColumns={columns}
      tableRows={points}
      fileName={`forecast-${currency}-${asOf}`}
      chartKey={
        <ChartKey
          items={[
            { shape: 'bar', label: c('received') },
            { shape: 'line', label: c('median') },
            { shape: 'band', label: c('range80') },
            ...(coverage ? [{ shape: 'dashed' as const, label: c('earlierMedian') }] : []),
            ...(periods.length ? [{ shape: 'what-if' as const, label: c('whatIf') }] : []),
          ]}
        />
      }
    >
      <CashFan points={points} currency={currency} by={view.by} label={summary} />
    </ChartFrame>
  )
}
