'use client'

import { useState } from 'react'
import { AgingBars } from '@/components/charts/aging-bars'
import { ChartFrame } from '@/components/charts/chart-frame'
import { useLedgerWords } from '@/components/ledger/words'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import type { Customer } from './api'
import { agingOf } from './kpis'

/** What the customer owes by age, a currency at a time; a bar leads to its invoices. */
export function AgingCard({ customer }: { customer: Customer }) {
  const t = useT('customers')
  const words = useLedgerWords()
  const format = useFormat()
  const agings = agingOf(customer)
  const [wanted, setWanted] = useState<string | null>(null)
  const chosen = agings.find(({ currency }) => currency === wanted) ?? agings[0]
  return (
    <ChartFrame
      title={t('aging.title')}
      unit={chosen?.currency}
      summary={
        chosen && Number(chosen.unapplied) > 0
          ? t('aging.unapplied', { amount: format.money(chosen.unapplied, chosen.currency) })
          : t('aging.summary')
      }
      actions={
        agings.length > 1 && (
          <Select value={chosen?.currency} onValueChange={setWanted}>
            <SelectTrigger aria-label={t('filters.currency')} className="w-auto">
              <SelectValue />
            </SelectTrigger>
            <SelectContent>
              {agings.map(({ currency }) => (
                <SelectItem key={currency} value={currency}>
                  {currency}
                </SelectItem>
              ))}
            </SelectContent>
          </Select>
        )
      }
      tableColumns={[
        { label: t('aging.bucket'), text: (row) => words.aging(row.label), value: (row) => row.label },
        {
          label: t('columns.open'),
          numeric: true,
          text: (row) => format.amount(row.amount, chosen?.currency ?? 'USD'),
          value: (row) => row.amount,
        },
        {
          label: t('aging.invoices'),
          numeric: true,
          text: (row) => format.number(row.invoices),
          value: (row) => row.invoices,
        },
      ]}
      tableRows={chosen?.buckets ?? []}
      fileName={`aging-${customer.name}`}
      empty={t('aging.nothing')}
    >
      {chosen && (
        <AgingBars
          currency={chosen.currency}
          buckets={chosen.buckets.map(({ label, amount, invoices }) => ({
            name: words.aging(label),
            amount,
            invoices,
            href: `/invoices/?${new URLSearchParams({ bucket: label, customer: customer.id, currency: chosen.currency })}`,
          }))}
        />
      )}
    </ChartFrame>
  )
}
