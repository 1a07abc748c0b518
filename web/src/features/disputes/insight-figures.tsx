'use client'

import type { ReactNode } from 'react'
import { NONE, useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import type { DisputeInsights } from './api'

/** The four figures of the time that are looked at first. */
export function InsightFigures({
  totals,
  currency,
}: {
  totals: DisputeInsights['totals']
  currency: string | null
}) {
  const t = useT('disputes')
  const format = useFormat()
  const amounts = totals.amounts.find((each) => each.currency === currency)
  return (
    <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
      <Figure label={t('insights.opened')} value={format.number(totals.count)}>
        {t('insights.openNow', { count: totals.unresolved, overdue: totals.late })}
      </Figure>
      <Figure
        label={t('insights.inDispute')}
        value={amounts ? format.compactMoney(amounts.open_amount, amounts.currency) : NONE}
      >
        {amounts && t('insights.ofAll', { amount: format.compactMoney(amounts.amount, amounts.currency) })}
      </Figure>
      <Figure
        label={t('insights.median')}
        value={totals.median_days === null ? NONE : format.days(totals.median_days, 1)}
      >
        {t('insights.resolved', { count: totals.resolved })}
      </Figure>
      <Figure label={t('insights.won')} value={format.percent(totals.share_won)}>
        {t('insights.decided', { count: totals.decided, partly: totals.partly_won })}
      </Figure>
    </div>
  )
}

function Figure({ label, value, children }: { label: string; value: string; children: ReactNode }) {
  return (
    <section aria-label={label} className="flex min-w-0 flex-col gap-1 rounded-lg border bg-card p-4">
      <h2 className="text-xs text-muted-foreground">{label}</h2>
      <p className="text-2xl leading-8 font-semibold tracking-tight">{value}</p>
      <p className="text-xs text-muted-foreground">{children}</p>
    </section>
  )
}
