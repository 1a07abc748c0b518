'use client'

import { useMemo } from 'react'
import { columnsOf, RowLink } from '@/components/data-table'
import { InvoiceStatusMark, RiskMark } from '@/components/ledger/marks'
import { useSources } from '@/components/ledger/sources'
import { Status } from '@/components/status'
import { cn } from '@/lib/cn'
import { NONE, useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import type { InvoiceItem } from './api'

/** Columns that are there for who asks for them. */
export const HIDDEN_COLUMNS = ['issued_on', 'total', 'currency', 'terms', 'paid_on', 'source', 'model']
/** The same for what is paid, where nothing is outstanding and nothing is forecast. */
export const HIDDEN_COLUMNS_PAID = [
  ...['balance', 'days_overdue', 'p_late30', 'expected_on', 'at_risk'],
  ...['currency', 'terms', 'source', 'model'],
]

const column = columnsOf<InvoiceItem>()

/** The columns of the list of invoices. What is forecast is in the accent colour, what is booked is not. */
export function useInvoiceColumns() {
  const t = useT('invoices')
  const format = useFormat()
  const sourceName = useSources()
  return useMemo(() => {
    // The year is said where it is not that of the expected day.
    const near = (day: string, to: string) =>
      day.slice(0, 4) === to.slice(0, 4) ? format.shortDay(day) : format.day(day)
    const rangeOf = ({
      p10_on: from,
      p90_on: to,
      expected_on: middle,
    }: NonNullable<InvoiceItem['prediction']>) => `${near(from, middle)}–${near(to, middle)}`
    return column.columns([
      column.accessor('number', {
        enableHiding: false,
        meta: { label: t('columns.number'), stack: 'title' },
        cell: ({ row: { original } }) => (
          <RowLink href={`/invoices/view/?id=${original.id}`}>{original.number}</RowLink>
        ),
      }),
      column.accessor('customer_name', {
        id: 'customer',
        meta: { label: t('columns.customer'), sort: 'customer', grow: true, stack: 'subtitle' },
        cell: ({ row: { original } }) => (
          <Link
            href={`/customers/view/?id=${original.customer_id}`}
            className="underline-offset-4 hover:underline"
          >
            {original.customer_name ?? NONE}
          </Link>
        ),
      }),
      column.accessor('status', {
        meta: { label: t('columns.status') },
        cell: ({ row: { original } }) => (
          <span className="inline-flex items-baseline gap-3">
            <InvoiceStatusMark status={original.status} />
            {original.disputed && <Status tone="warning">{t('facts.disputed')}</Status>}
          </span>
        ),
      }),
      column.accessor('issued_on', {
        meta: { label: t('columns.issued'), sort: 'issued_on' },
        cell: ({ getValue }) => format.day(getValue()),
      }),
      column.accessor('due_on', {
        meta: { label: t('columns.due'), sort: 'due_on' },
        cell: ({ getValue }) => format.day(getValue()),
      }),
      column.accessor('days_overdue', {
        meta: { label: t('columns.daysOverdue'), sort: 'days_overdue', align: 'end' },
        cell: ({ getValue }) => (
          <span className={cn(getValue() > 0 && 'text-negative')}>
            {getValue() > 0 ? format.days(getValue()) : NONE}
          </span>
        ),
      }),
      column.accessor('total', {
        meta: { label: t('columns.total'), sort: 'total', align: 'end', stack: 'aside' },
        cell: ({ row: { original } }) => format.money(original.total, original.currency),
      }),
      column.accessor('balance', {
        meta: { label: t('columns.balance'), sort: 'balance', align: 'end', stack: 'aside' },
        cell: ({ row: { original } }) => format.money(original.balance, original.currency),
      }),
      column.accessor('currency', { meta: { label: t('columns.currency') } }),
      column.accessor((row) => row.prediction?.p_late30, {
        id: 'p_late30',
        meta: { label: t('columns.late'), sort: 'p_late30' },
        cell: ({ row: { original } }) =>
          original.prediction ? (
            <RiskMark
              level={original.prediction.risk_level as 'low' | 'medium' | 'high'}
              probability={original.prediction.p_late30}
            />
          ) : (
            NONE
          ),
      }),
      column.accessor((row) => row.prediction?.expected_on, {
        id: 'expected_on',
        meta: { label: t('columns.expected'), sort: 'expected_on' },
        cell: ({ row: { original } }) =>
          original.prediction ? (
            <span className="whitespace-nowrap">
              <span className="text-primary">{format.day(original.prediction.expected_on)}</span>
              <span className="ml-2 text-xs text-muted-foreground">{rangeOf(original.prediction)}</span>
            </span>
          ) : (
            NONE
          ),
      }),
      column.accessor((row) => row.prediction?.at_risk, {
        id: 'at_risk',
        meta: { label: t('columns.atRisk'), sort: 'at_risk', align: 'end' },
        cell: ({ row: { original } }) =>
          original.prediction ? (
            <span className="text-primary">
              {format.compactMoney(original.prediction.at_risk, original.currency)}
            </span>
          ) : (
            NONE
          ),
      }),
      column.accessor('paid_on', {
        meta: { label: t('columns.paid') },
        cell: ({ getValue }) => format.day(getValue()),
      }),
      column.accessor('terms', {
        meta: { label: t('columns.terms') },
        cell: ({ getValue }) => getValue() ?? NONE,
      }),
      column.accessor('connection_id', {
        id: 'source',
        meta: { label: t('columns.source') },
        cell: ({ getValue }) => sourceName(getValue()),
      }),
      column.accessor((row) => row.prediction?.model, {
        id: 'model',
        meta: { label: t('columns.model') },
        cell: ({ row: { original } }) =>
          original.prediction ? `${original.prediction.model} ${original.prediction.model_number}` : NONE,
      }),
    ])
  }, [format, sourceName, t])
}
