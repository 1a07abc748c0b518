'use client'

import { FigureTable, TableActions } from '@/components/charts/chart-table'
import type { CashPoint } from '@/components/charts/cash-fan'
import { useCashColumns } from '@/components/charts/cash-columns'
import { type Before, cashPoints } from '@/components/charts/cash-points'
import type { ChartColumn } from '@/components/charts/csv'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import type { ComparedPeriod, CurrencyCashFlow } from './api'
import type { View } from './view'
import { withWhatIf } from './what-if'

interface CashTableProps {
  flow: CurrencyCashFlow
  periods: ComparedPeriod[]
  view: View
  before: Before | null
  asOf: string
}

/** The same figures as in the chart, to read exactly and to keep. */
export function CashTable({ flow, periods, view, before, asOf }: CashTableProps) {
  const t = useT('forecast')
  const format = useFormat()
  const { currency } = flow
  const points = withWhatIf(cashPoints(flow, before), periods)
  const columns = useCashColumns({ currency, by: view.by, withEarlier: before !== null })
  const of = new Map(periods.map((period) => [period.ends_on, period]))
  const whatIf = (
    label: string,
    pick: (period: ComparedPeriod) => string | undefined,
  ): ChartColumn<CashPoint> => {
    const amount = ({ endsOn }: CashPoint) => {
      const period = of.get(endsOn)
      return period && pick(period)
    }
    return {
      label,
      numeric: true,
      text: (point) => format.amount(amount(point), currency),
      value: (point) => amount(point) ?? null,
    }
  }
  const all = [
    ...columns,
    ...(periods.length
      ? [
          whatIf(t('table.whatIf'), (period) => period.scenario.p50),
          whatIf(t('table.difference'), (period) => period.difference.expected),
        ]
      : []),
  ]
  const running = flow.forecast[0]?.ends_on
  return (
    <div className="min-w-0 rounded-lg border bg-card p-4">
      <div className="flex min-h-8 flex-wrap items-center justify-between gap-2">
        <h2 className="text-sm font-semibold">
          {t('table.title')}
          <span className="ml-2 text-xs font-normal text-muted-foreground">{currency}</span>
        </h2>
        <div className="flex gap-2 print:hidden">
          <TableActions columns={all} rows={points} fileName={`forecast-${currency}-${asOf}`} />
        </div>
      </div>
      <FigureTable
        title={t('table.title')}
        columns={all}
        rows={points}
        highlight={({ endsOn }) => endsOn === running}
        className="mt-2"
      />
    </div>
  )
}
