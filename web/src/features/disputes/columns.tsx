'use client'

import { useMemo } from 'react'
import type { DisputeItem } from '@/components/disputes/api'
import {
  DaysLeft,
  DisputedAmount,
  disputeName,
  DisputeStatusMark,
  ReasonMark,
} from '@/components/disputes/marks'
import { useDisputeWords } from '@/components/disputes/words'
import { columnsOf, RowLink } from '@/components/data-table'
import { Ago, NONE } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'

/** Columns that are there for who asks for them. */
export const HIDDEN_COLUMNS = ['product', 'currency']

const column = columnsOf<DisputeItem>()

/** The columns of the queue; `today` is the company's day, against which days are counted. */
export function useDisputeColumns(today: string) {
  const t = useT('disputes')
  const words = useDisputeWords()
  return useMemo(
    () =>
      column.columns([
        column.accessor('number', {
          enableHiding: false,
          meta: { label: t('columns.number'), stack: 'title' },
          cell: ({ row: { original } }) => (
            <RowLink href={`/disputes/view/?id=${original.id}`}>{disputeName(original)}</RowLink>
          ),
        }),
        column.accessor('due_on', {
          meta: { label: t('columns.due'), sort: 'due_on' },
          cell: ({ row: { original } }) => (
            <DaysLeft due={original.due_on} today={today} isOver={original.status === 'resolved'} />
          ),
        }),
        column.display({
          id: 'customer',
          meta: { label: t('columns.customer'), sort: 'customer', grow: true, stack: 'subtitle' },
          cell: ({ row: { original } }) =>
            original.customer_id ? (
              <Link
                href={`/customers/view/?id=${original.customer_id}`}
                className="inline-block max-w-full truncate align-bottom leading-6 underline-offset-4 hover:underline"
              >
                {original.customer_name ?? NONE}
              </Link>
            ) : (
              <span className="text-muted-foreground">{t('unmatched')}</span>
            ),
        }),
        column.display({
          id: 'invoice',
          meta: { label: t('columns.invoice') },
          cell: ({ row: { original } }) =>
            original.invoice_id ? (
              <Link
                href={`/invoices/view/?id=${original.invoice_id}`}
                className="inline-block leading-6 underline-offset-4 hover:underline"
              >
                {original.invoice_number ?? NONE}
              </Link>
            ) : (
              NONE
            ),
        }),
        column.accessor('amount', {
          meta: { label: t('columns.amount'), sort: 'amount', align: 'end', stack: 'aside' },
          cell: ({ row: { original } }) => <DisputedAmount dispute={original} />,
        }),
        column.accessor('code', {
          id: 'reason',
          meta: { label: t('columns.reason') },
          cell: ({ row: { original } }) => <ReasonMark dispute={original} />,
        }),
        column.accessor('status', {
          meta: { label: t('columns.status') },
          cell: ({ row: { original } }) =>
            original.outcome ? (
              words.outcome(original.outcome)
            ) : (
              <DisputeStatusMark status={original.status} />
            ),
        }),
        column.display({
          id: 'owner',
          meta: { label: t('columns.owner') },
          cell: ({ row: { original } }) => original.owner?.name ?? NONE,
        }),
        column.accessor('opened_at', {
          meta: { label: t('columns.opened'), sort: 'opened_at' },
          cell: ({ getValue }) => <Ago at={getValue()} />,
        }),
        column.accessor('source', {
          meta: { label: t('columns.source') },
          cell: ({ getValue }) => words.source(getValue()),
        }),
        column.accessor('product', {
          meta: { label: t('columns.product') },
          cell: ({ getValue }) => getValue() ?? NONE,
        }),
        column.accessor('currency', {
          meta: { label: t('columns.currency') },
          cell: ({ getValue }) => getValue() ?? NONE,
        }),
      ]),
    [t, today, words],
  )
}
