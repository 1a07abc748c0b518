'use client'

import { CashFan } from '@/components/charts/cash-fan'
import { useCashColumns } from '@/components/charts/cash-columns'
import { cashPoints } from '@/components/charts/cash-points'
import { ChartFrame } from '@/components/charts/chart-frame'
import { ChartKey } from '@/components/charts/chart-key'
import { Button } from '@/components/ui/button'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import type { CurrencyOverview, Overview } from './api'

/** What came in by week, and what is expected. */
export function CashOutlook({
  overview,
  chosen,
  className,
}: {
  overview: Overview
  chosen: CurrencyOverview
  className?: string
}) {
  const t = useT('overview')
  const c = useT('charts')
  const format = useFormat()
  const { currency, cash } = chosen
  const points = cash ? cashPoints(cash) : []
  const columns = useCashColumns({ currency, by: 'week' })
  const summary = cash
    ? t('cash.summary', {
        expected: format.compactMoney(cash.four_weeks.expected, currency),
        range: format.compactMoneyRange(cash.four_weeks.p10, cash.four_weeks.p90, currency),
      })
    : ''
  return (
    <ChartFrame
      title={t('cash.title')}
      unit={t('cash.unit', { currency })}
      summary={summary}
      tableColumns={columns}
      tableRows={points}
      fileName={`cash-${currency}-${overview.as_of}`}
      className={className}
      chartKey={
        <ChartKey
          items={[
            { shape: 'bar', label: c('received') },
            { shape: 'line', label: c('median') },
            { shape: 'band', label: c('range80') },
          ]}
        />
      }
      actions={
        <Button asChild variant="ghost" size="sm">
          <Link href={`/forecast/?currency=${currency}`}>{t('cash.open')}</Link>
        </Button>
      }
      empty={t('cash.empty')}
    >
      <CashFan points={points} currency={currency} by="week" label={summary} />
    </ChartFrame>
  )
}
