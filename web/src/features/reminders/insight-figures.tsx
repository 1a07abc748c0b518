'use client'

import type { ReactNode } from 'react'
import { NONE, useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import type { ReminderInsights } from './api'

/** The figures that are looked at first. */
export function InsightFigures({ found }: { found: ReminderInsights }) {
  const t = useT('reminders')
  const format = useFormat()
  const { sent, delivered, bounced, complained, replied, promises } = found
  const ended = promises.kept + promises.partly_kept + promises.broken
  const share = (count: number) => (sent === 0 ? NONE : format.percent(count / sent))
  return (
    <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-5">
      <Figure label={t('insights.sent')} value={format.number(sent)}>
        {t('insights.between', { range: format.range(found.from, found.to) })}
      </Figure>
      <Figure label={t('insights.delivered')} value={share(delivered)}>
        {t('insights.deliveredDetail', { count: delivered })}
      </Figure>
      <Figure label={t('insights.bounced')} value={share(bounced)}>
        {t('insights.bouncedDetail', { bounced, complained })}
      </Figure>
      <Figure label={t('insights.replied')} value={share(replied)}>
        {t('insights.repliedDetail', { count: replied })}
      </Figure>
      <Figure label={t('insights.promises')} value={format.percent(promises.p_kept)}>
        {t('insights.promisesDetail', { kept: promises.kept, count: ended })}
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
