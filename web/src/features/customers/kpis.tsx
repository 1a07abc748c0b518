'use client'

import type { ReactNode } from 'react'
import { RiskMark } from '@/components/ledger/marks'
import { cn } from '@/lib/cn'
import { NONE, useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import type { Aging, Customer } from './api'
import { limitUsed, payBehaviour } from './balances'

/** What the customer's document has as `aging`, which its schema leaves open. */
export const agingOf = (customer: Customer) => (customer.aging ?? []) as Aging[]

interface RiskCard {
  level: 'low' | 'medium' | 'high'
  p_late30?: number
}
/** What the customer's document has as `risk`, which its schema leaves open. */
export const riskOf = (customer: Customer) => (customer.risk ?? null) as RiskCard | null

/** The customer in six figures. Amounts of several currencies stand beside each other, never added up. */
export function CustomerKpis({ customer }: { customer: Customer }) {
  const t = useT('customers')
  const format = useFormat()
  const aging = agingOf(customer)
  const { paid, onTime, meanDaysLate } = payBehaviour(customer.balances)
  const used = limitUsed(customer)
  const risk = riskOf(customer)
  const owed = aging.filter((each) => Number(each.open) > 0)
  const overdue = owed.flatMap((each) => {
    const current = each.buckets.find(({ label }) => label === 'current')
    const amount = minus(each.open, current?.amount ?? '0')
    return Number(amount) > 0 ? [{ currency: each.currency, amount }] : []
  })
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border bg-border sm:grid-cols-3 xl:grid-cols-6">
      <Kpi
        label={t('kpi.open')}
        note={t('kpi.invoices', { count: aging.reduce((sum, each) => sum + each.invoices, 0) })}
      >
        {owed.length
          ? owed.map((each) => <div key={each.currency}>{format.money(each.open, each.currency)}</div>)
          : NONE}
      </Kpi>
      <Kpi label={t('kpi.overdue')} className={overdue.length ? 'text-negative' : undefined}>
        {overdue.length
          ? overdue.map((each) => <div key={each.currency}>{format.money(each.amount, each.currency)}</div>)
          : NONE}
      </Kpi>
      <Kpi label={t('kpi.daysLate')} note={t('kpi.paid', { count: paid })}>
        {meanDaysLate === null ? NONE : format.days(meanDaysLate, 1)}
      </Kpi>
      <Kpi label={t('kpi.onTime')}>{format.percent(onTime)}</Kpi>
      <Kpi label={t('kpi.risk')}>
        {risk ? <RiskMark level={risk.level} probability={risk.p_late30} /> : NONE}
      </Kpi>
      <Kpi
        label={t('kpi.limit')}
        note={
          customer.credit_limit && customer.currency
            ? t('kpi.ofLimit', { amount: format.money(customer.credit_limit, customer.currency) })
            : t('kpi.noLimit')
        }
        className={used !== null && used > 1 ? 'text-negative' : undefined}
      >
        {used === null ? NONE : format.percent(used)}
      </Kpi>
    </dl>
  )
}

function Kpi({
  label,
  note,
  className,
  children,
}: {
  label: string
  note?: string
  className?: string
  children: ReactNode
}) {
  return (
    <div className="flex min-w-0 flex-col gap-1 bg-card p-4">
      <dt className="text-muted-foreground">{label}</dt>
      <dd className="flex min-w-0 flex-col gap-1">
        <span className={cn('text-base font-semibold wrap-anywhere', className)}>{children}</span>
        {note && <span className="text-xs text-muted-foreground">{note}</span>}
      </dd>
    </div>
  )
}

const UNIT = 10_000n

/** The exact difference of two amounts of one currency. */
export function minus(amount: string, less: string): string {
  const difference = units(amount) - units(less)
  const digits = (difference < 0n ? -difference : difference).toString().padStart(5, '0')
  return `${difference < 0n ? '-' : ''}${digits.slice(0, -4)}.${digits.slice(-4)}`
}

function units(amount: string): bigint {
  const [, sign = '', whole = '0', places = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(amount) ?? []
  const size = BigInt(whole) * UNIT + BigInt(places.padEnd(4, '0').slice(0, 4))
  return sign ? -size : size
}
