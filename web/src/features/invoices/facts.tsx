'use client'

import type { ReactNode } from 'react'
import { Facts } from '@/components/definition-list'
import { InvoiceStatusMark, RiskMark } from '@/components/ledger/marks'
import { useSources } from '@/components/ledger/sources'
import { Provenance } from '@/components/provenance'
import { Status } from '@/components/status'
import { Card, CardContent, CardHeader, CardTitle } from '@/components/ui/card'
import { NONE, useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import type { Invoice, Prediction } from './api'

interface Fact {
  label: ReactNode
  value: ReactNode
}

/** What is owed and when, as the books have it. */
export function useInvoiceFacts(invoice: Invoice): Fact[] {
  const t = useT('invoices')
  const format = useFormat()
  const { currency } = invoice
  return [
    { label: t('columns.status'), value: <InvoiceStatusMark status={invoice.status} /> },
    ...(invoice.disputed
      ? [{ label: t('facts.dispute'), value: <Status tone="warning">{t('facts.disputed')}</Status> }]
      : []),
    ...(invoice.holds.length > 0
      ? [{ label: t('facts.hold'), value: <Holds holds={invoice.holds} currency={currency} /> }]
      : []),
    { label: t('columns.total'), value: format.money(invoice.total, currency) },
    {
      label: t('columns.balance'),
      value: <b className="font-medium">{format.money(invoice.balance, currency)}</b>,
    },
    ...(invoice.stated_balance !== null && invoice.stated_balance !== invoice.balance
      ? [
          {
            label: t('facts.statedBalance'),
            value: <Status tone="warning">{format.money(invoice.stated_balance, currency)}</Status>,
          },
        ]
      : []),
    { label: t('columns.issued'), value: format.day(invoice.issued_on) },
    {
      label: t('columns.due'),
      value: (
        <>
          {format.day(invoice.due_on)}
          {invoice.days_overdue > 0 && (
            <span className="ml-2 text-negative">
              {t('facts.overdue', { days: format.days(invoice.days_overdue) })}
            </span>
          )}
        </>
      ),
    },
    ...(invoice.paid_on ? [{ label: t('columns.paid'), value: format.day(invoice.paid_on) }] : []),
    { label: t('columns.terms'), value: invoice.terms ?? NONE },
  ]
}

/** How much of it nobody expects for now, and until when. */
function Holds({ holds, currency }: { holds: Invoice['holds']; currency: string }) {
  const t = useT('invoices')
  const format = useFormat()
  return (
    <ul>
      {holds.map((hold) => (
        <li key={hold.source_id}>
          {t('facts.held', {
            amount: hold.amount === null ? 'all' : format.money(hold.amount, currency),
            until: hold.until === null ? 'open' : format.day(hold.until),
          })}
        </li>
      ))}
    </ul>
  )
}

/** What is forecast, each figure with its range and where it comes from. */
export function usePredictionFacts(prediction: Prediction): Fact[] {
  const t = useT('invoices')
  const format = useFormat()
  return [
    {
      label: t('columns.expected'),
      value: <span className="font-medium text-primary">{format.day(prediction.expected_on)}</span>,
    },
    {
      label: t('facts.range'),
      value: (
        <span className="text-primary">
          {format.day(prediction.p10_on)} – {format.day(prediction.p90_on)}
        </span>
      ),
    },
    {
      label: t('facts.byDue'),
      value: <span className="text-primary">{format.probability(prediction.p_paid_by_due)}</span>,
    },
    {
      label: t('columns.late'),
      value: (
        <RiskMark
          level={prediction.risk_level as 'low' | 'medium' | 'high'}
          probability={prediction.p_late30}
        />
      ),
    },
    {
      label: t('facts.madeBy'),
      value: (
        <span className="text-xs">
          <Provenance asOf={prediction.as_of} model={prediction.model} number={prediction.model_number} />
        </span>
      ),
    },
  ]
}

export function InvoiceFactsCard({ invoice }: { invoice: Invoice }) {
  const t = useT('invoices')
  return <FactsCard title={t('facts.title')} items={useInvoiceFacts(invoice)} />
}

export function PredictionFactsCard({ prediction }: { prediction: Prediction }) {
  const t = useT('invoices')
  return <FactsCard title={t('facts.forecast')} items={usePredictionFacts(prediction)} />
}

/** Where the record comes from, and since when the hub has known it so. */
export function SourceCard({ invoice }: { invoice: Invoice }) {
  const t = useT('invoices')
  const format = useFormat()
  const sourceName = useSources()
  const history = invoice.history
  return (
    <FactsCard
      title={t('facts.source')}
      items={[
        {
          label: t('columns.source'),
          value: (
            <Link
              href={`/connections/view/?id=${invoice.connection_id}`}
              className="text-primary underline-offset-4 hover:underline"
            >
              {sourceName(invoice.connection_id)}
            </Link>
          ),
        },
        {
          label: t('facts.externalId'),
          value: <span className="font-mono text-xs">{invoice.external_id}</span>,
        },
        { label: t('facts.firstSeen'), value: format.instant(history[0]?.recorded_at) },
        { label: t('facts.lastChanged'), value: format.instant(history.at(-1)?.recorded_at) },
        { label: t('facts.versions'), value: format.number(history.length) },
      ]}
    />
  )
}

function FactsCard({ title, items }: { title: string; items: Fact[] }) {
  return (
    <Card>
      <CardHeader>
        <CardTitle>{title}</CardTitle>
      </CardHeader>
      <CardContent>
        <Facts items={items} />
      </CardContent>
    </Card>
  )
}
