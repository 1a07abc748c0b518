'use client'

import { useMemo } from 'react'
import { columnsOf, RowLink } from '@/components/data-table'
import { RiskMark } from '@/components/ledger/marks'
import { NextStep } from '@/components/next-step'
import { NONE, useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import type { Contact } from './api'
import { LastWord } from './marks'
import { RowActions } from './row-actions'

const column = columnsOf<Contact>()
const DAY = 86_400_000

/** The columns of the worklist: `home` is the currency that values are in, `asOf` the day they are of. */
export function useWorklistColumns(home: string | null | undefined, asOf: string | null | undefined) {
  const t = useT('worklist')
  const format = useFormat()
  return useMemo(() => {
    const amounts = (item: Contact, of: 'overdue' | 'open') => {
      const some = item.amounts.filter((amount) => Number(amount[of]) !== 0)
      return some.length ? some.map((each) => format.money(each[of], each.currency)).join(' + ') : NONE
    }
    return column.columns([
      column.accessor('customer_name', {
        enableHiding: false,
        meta: { label: t('columns.customer'), stack: 'title', grow: true },
        cell: ({ row: { original } }) => (
          <RowLink href={`/customers/view/?id=${original.customer_id}`}>{original.customer_name}</RowLink>
        ),
      }),
      column.accessor('next_step', {
        meta: { label: t('columns.step') },
        cell: ({ getValue }) => <NextStep step={getValue()} />,
      }),
      column.accessor('why', {
        meta: { label: t('columns.why'), stack: 'subtitle' },
        cell: ({ row: { original } }) => (
          <span
            className="line-clamp-2 w-48 whitespace-normal text-muted-foreground max-sm:w-auto"
            title={original.why}
          >
            {original.why}
          </span>
        ),
      }),
      column.accessor('contact_value', {
        meta: { label: t('columns.value'), align: 'end', stack: 'aside' },
        cell: ({ getValue }) =>
          home ? <span className="text-primary">{format.compactMoney(getValue(), home)}</span> : NONE,
      }),
      column.display({
        id: 'overdue',
        meta: { label: t('columns.overdue'), align: 'end' },
        cell: ({ row: { original } }) => amounts(original, 'overdue'),
      }),
      column.display({
        id: 'open',
        meta: { label: t('columns.open'), align: 'end' },
        cell: ({ row: { original } }) => amounts(original, 'open'),
      }),
      column.accessor('oldest_due_on', {
        meta: { label: t('columns.oldest'), align: 'end' },
        cell: ({ getValue }) => {
          const due = getValue()
          const days = due && asOf ? Math.round((Date.parse(asOf) - Date.parse(due)) / DAY) : 0
          return days > 0 ? format.days(days) : NONE
        },
      }),
      column.accessor('risk_level', {
        meta: { label: t('columns.risk') },
        cell: ({ row: { original } }) => (
          <RiskMark level={original.risk_level} probability={original.p_late30} />
        ),
      }),
      column.accessor('expected_loss', {
        meta: { label: t('columns.loss'), align: 'end' },
        cell: ({ getValue }) =>
          home ? <span className="text-primary">{format.compactMoney(getValue(), home)}</span> : NONE,
      }),
      column.accessor('expected_on', {
        meta: { label: t('columns.expected') },
        cell: ({ getValue }) => <span className="text-primary">{format.day(getValue())}</span>,
      }),
      column.accessor('last_contact', {
        meta: { label: t('columns.lastContact') },
        cell: ({ row: { original } }) => (
          <div className="w-40 whitespace-normal max-sm:w-auto">
            <LastWord contact={original} />
          </div>
        ),
      }),
      column.accessor('owner', {
        meta: { label: t('columns.owner') },
        cell: ({ row: { original } }) => (
          <>
            {original.owner?.name ?? NONE}
            {original.snoozed_until && (
              <span className="block text-xs text-muted-foreground">
                {t('row.restsUntil', { day: format.day(original.snoozed_until) })}
              </span>
            )}
          </>
        ),
      }),
      column.display({
        id: 'held',
        meta: { label: t('columns.held') },
        cell: ({ row: { original } }) =>
          original.held.length === 0
            ? NONE
            : original.held
                .map(({ kind, currency, amount }) =>
                  currency && amount
                    ? t('heldAmount', {
                        kind: t(`held.${kind}`),
                        amount: format.compactMoney(amount, currency),
                      })
                    : t(`held.${kind}`),
                )
                .join(', '),
      }),
      column.display({
        id: 'actions',
        enableHiding: false,
        meta: { label: t('columns.actions'), align: 'end', stack: 'aside', pinned: true },
        cell: ({ row: { original } }) => <RowActions contact={original} />,
      }),
    ])
  }, [asOf, format, home, t])
}

export const HIDDEN_COLUMNS = ['open', 'expected_loss', 'held', 'risk_level', 'oldest_due_on']
