'use client'

import { useMemo } from 'react'
import { columnsOf, RowLink } from '@/components/data-table'
import { RiskMark } from '@/components/ledger/marks'
import { useSources } from '@/components/ledger/sources'
import { cn } from '@/lib/cn'
import { NONE, useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import type { CustomerItem } from './api'
import { limitUsed, payBehaviour } from './balances'

export const HIDDEN_COLUMNS = ['email', 'country', 'industry', 'source']

const column = columnsOf<CustomerItem>()

/** The columns of the list of customers; `home` is the currency that expected losses are in. */
export function useCustomerColumns(home: string | undefined) {
  const t = useT('customers')
  const format = useFormat()
  const sourceName = useSources()
  return useMemo(() => {
    const amounts = (item: CustomerItem, of: 'open_balance' | 'overdue') => {
      const some = item.balances.filter((balance) => Number(balance[of] ?? 0) !== 0)
      return some.length ? some.map((each) => format.money(each[of], each.currency)).join(' + ') : NONE
    }
    return column.columns([
      column.accessor('name', {
        enableHiding: false,
        meta: { label: t('columns.name'), sort: 'name', stack: 'title', grow: true },
        cell: ({ row: { original } }) => (
          <RowLink href={`/customers/view/?id=${original.id}`}>{original.name}</RowLink>
        ),
      }),
      column.accessor('risk_level', {
        id: 'risk',
        meta: { label: t('columns.late'), sort: 'p_late30' },
        cell: ({ row: { original } }) =>
          original.risk_level ? (
            <RiskMark
              level={original.risk_level as 'low' | 'medium' | 'high'}
              probability={original.p_late30}
            />
          ) : (
            NONE
          ),
      }),
      column.display({
        id: 'open',
        enableHiding: false,
        meta: { label: t('columns.open'), sort: 'open', align: 'end', stack: 'aside' },
        cell: ({ row: { original } }) => amounts(original, 'open_balance'),
      }),
      column.display({
        id: 'overdue',
        meta: { label: t('columns.overdue'), sort: 'overdue', align: 'end' },
        cell: ({ row: { original } }) => {
          const text = amounts(original, 'overdue')
          return <span className={cn(text !== NONE && 'text-negative')}>{text}</span>
        },
      }),
      column.display({
        id: 'days_late',
        meta: { label: t('columns.daysLate'), align: 'end', stack: 'hide' },
        cell: ({ row: { original } }) => {
          const { meanDaysLate } = payBehaviour(original.balances)
          return meanDaysLate === null ? NONE : format.days(meanDaysLate, 1)
        },
      }),
      column.display({
        id: 'on_time',
        meta: { label: t('columns.onTime'), align: 'end' },
        cell: ({ row: { original } }) => format.percent(payBehaviour(original.balances).onTime),
      }),
      column.display({
        id: 'limit',
        meta: { label: t('columns.limit'), align: 'end', stack: 'hide' },
        cell: ({ row: { original } }) => {
          const used = limitUsed(original)
          return (
            <span className={cn(used !== null && used > 1 && 'text-negative')}>
              {used === null ? NONE : format.percent(used)}
            </span>
          )
        },
      }),
      column.accessor('expected_loss', {
        meta: { label: t('columns.loss'), sort: 'expected_loss', align: 'end' },
        cell: ({ getValue, row: { original } }) =>
          original.p_late30 === null || original.p_late30 === undefined || !home ? (
            NONE
          ) : (
            <span className="text-primary">{format.compactMoney(getValue(), home)}</span>
          ),
      }),
      column.accessor('email', {
        meta: { label: t('columns.email') },
        cell: ({ getValue }) => getValue() ?? NONE,
      }),
      column.accessor('country', {
        meta: { label: t('columns.country') },
        cell: ({ getValue }) => getValue() ?? NONE,
      }),
      column.accessor('industry', {
        meta: { label: t('columns.industry') },
        cell: ({ getValue }) => getValue() ?? NONE,
      }),
      column.accessor('connection_id', {
        id: 'source',
        meta: { label: t('columns.source') },
        cell: ({ getValue }) => sourceName(getValue()),
      }),
    ])
  }, [format, home, sourceName, t])
}
