'use client'

import { AgingBars } from '@/components/charts/aging-bars'
import { ChartFrame } from '@/components/charts/chart-frame'
import { useLedgerWords } from '@/components/ledger/words'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import type { CurrencyOverview } from './api'
import { overdueShare } from './shape'

/** What is open by days past due; a bar leads to its invoices. */
export function Aging({ chosen, asOf }: { chosen: CurrencyOverview; asOf: string }) {
  const t = useT('overview')
  const format = useFormat()
  const words = useLedgerWords()
  const { currency } = chosen
  const share = overdueShare(chosen)
  return (
    <ChartFrame
      title={t('aging.title')}
      unit={t('aging.unit')}
      summary={share === null ? t('aging.nothing') : t('aging.summary', { share: format.percent(share) })}
      tableColumns={[
        { label: t('aging.bucket'), text: (row) => words.aging(row.label), value: (row) => row.label },
        {
          label: t('aging.amount', { currency }),
          numeric: true,
          text: (row) => format.amount(row.amount, currency),
          value: (row) => row.amount,
        },
        {
          label: t('aging.invoices'),
          numeric: true,
          text: (row) => format.number(row.invoices),
          value: (row) => row.invoices,
        },
      ]}
      tableRows={chosen.buckets}
      fileName={`aging-${currency}-${asOf}`}
    >
      <AgingBars
        currency={currency}
        buckets={chosen.buckets.map((bucket) => ({
          name: words.aging(bucket.label),
          amount: bucket.amount,
          invoices: bucket.invoices,
          href: `/invoices/?${new URLSearchParams({ bucket: bucket.label, currency })}`,
        }))}
      />
    </ChartFrame>
  )
}
