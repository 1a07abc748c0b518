'use client'

import { Info } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from '@/components/ui/button'
import { Tooltip, TooltipContent, TooltipTrigger } from '@/components/ui/tooltip'
import { cn } from '@/lib/cn'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import type { CurrencyOverview, Overview } from './api'
import { change, dsoChange, overdueShare } from './shape'

/** The four figures of one currency that are looked at first. */
export function Kpis({ overview, chosen }: { overview: Overview; chosen: CurrencyOverview }) {
  const t = useT('overview')
  const format = useFormat()
  const { currency } = chosen
  const money = (amount: string | number) => format.compactMoney(amount, currency)
  const share = overdueShare(chosen)
  const moved = change(chosen.overdue, chosen.overdue_before)
  const dso = dsoChange(chosen)
  const expected = chosen.cash?.four_weeks
  return (
    <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
      <Kpi label={t('open.label')} value={money(chosen.open)} help={t('open.help')}>
        {t('open.detail', { invoices: chosen.open_invoices, customers: chosen.customers })}
      </Kpi>
      <Kpi label={t('overdue.label')} value={money(chosen.overdue)}>
        {share !== null && t('overdue.share', { share: format.percent(share) })}
        {' · '}
        <span className={cn(moved > 0 && 'text-negative', moved < 0 && 'text-positive')}>
          {t('overdue.change', {
            direction: moved > 0 ? 'more' : moved < 0 ? 'less' : 'same',
            amount: money(Math.abs(moved)),
          })}
        </span>
      </Kpi>
      <Kpi
        label={t('dso.label')}
        value={chosen.dso?.value == null ? t('dso.none') : format.days(chosen.dso.value, 1)}
        help={t('dso.help')}
      >
        {chosen.dso?.value == null
          ? t('dso.noSales')
          : dso
            ? t('dso.change', {
                direction: dso.days > 0.05 ? 'more' : dso.days < -0.05 ? 'less' : 'same',
                days: format.days(Math.abs(dso.days), 1),
                month: format.month(dso.since),
              })
            : t('dso.period')}
      </Kpi>
      <Kpi
        label={t('expected.label')}
        value={expected ? money(expected.expected) : t('expected.none')}
        help={t('expected.help')}
        isPredicted={Boolean(expected)}
      >
        {expected && overview.forecast
          ? t('expected.range', { range: format.compactMoneyRange(expected.p10, expected.p90, currency) })
          : t('expected.noForecast')}
      </Kpi>
    </div>
  )
}

function Kpi({
  label,
  value,
  help,
  isPredicted = false,
  children,
}: {
  label: string
  value: string
  help?: string
  isPredicted?: boolean
  children: ReactNode
}) {
  return (
    <section aria-label={label} className="min-w-0 rounded-lg border bg-card p-4">
      <div className="flex h-6 items-center gap-1">
        <h2 className="text-sm font-medium text-muted-foreground">{label}</h2>
        {help && (
          <Tooltip>
            <TooltipTrigger asChild>
              <Button variant="ghost" size="icon" aria-label={help} className="size-6 text-muted-foreground">
                <Info className="size-3.5" aria-hidden />
              </Button>
            </TooltipTrigger>
            <TooltipContent>{help}</TooltipContent>
          </Tooltip>
        )}
      </div>
      <p
        className={cn(
          'mt-1 text-2xl leading-8 font-semibold tracking-[-0.01em]',
          isPredicted && 'text-primary',
        )}
      >
        {value}
      </p>
      <p className="mt-1 min-h-4 text-xs text-muted-foreground">{children}</p>
    </section>
  )
}
