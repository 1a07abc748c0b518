'use client'

import { Provenance } from '@/components/provenance'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import type { InvoiceItem, InvoiceTotals } from './api'

/** What the filtered invoices come to, per currency: currencies are never added up. */
export function TotalsLine({
  totals,
  rows,
}: {
  totals: InvoiceTotals | undefined
  rows: InvoiceItem[] | undefined
}) {
  const t = useT('invoices')
  const format = useFormat()
  const prediction = rows?.find((row) => row.prediction)?.prediction
  return (
    <div className="flex flex-col gap-1">
      <ul className="flex flex-wrap gap-x-6 gap-y-1">
        {totals?.by_currency.map(({ currency, balance, at_risk: atRisk }) => (
          <li key={currency} className="whitespace-nowrap">
            <span className="font-medium text-foreground">{format.money(balance, currency)}</span>{' '}
            {t('totals.open')} ·{' '}
            <span className="font-medium text-primary">{format.money(twoPlaces(atRisk), currency)}</span>{' '}
            {t('totals.atRisk')}
          </li>
        ))}
      </ul>
      {prediction && (
        <p className="text-xs">
          <Provenance asOf={prediction.as_of} model={prediction.model} number={prediction.model_number} />
          <span className="ml-2">{t('totals.range')}</span>
        </p>
      )}
    </div>
  )
}

/** A sum of expectations is not known to more than its currency's smallest unit. */
const twoPlaces = (amount: string) => amount.replace(/(\.\d\d)\d*$/, '$1')
