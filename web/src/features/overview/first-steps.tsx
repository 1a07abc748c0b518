'use client'

import { Empty } from '@/components/empty'
import { FirstRun } from '@/components/first-run'
import { useT } from '@/lib/i18n'
import type { Overview } from './api'
import { NeedsAttention } from './attention'

/** In place of figures while the ledger is empty: the way to the first forecast. */
export function FirstSteps({ overview }: { overview: Overview }) {
  const t = useT('overview')
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <FirstRun hasForecast={overview.progress.has_forecast} />
      <Empty title={t('first.title')} detail={t('first.detail')} className="rounded-lg border bg-card" />
      <NeedsAttention attention={overview.attention} alarms={[]} />
    </div>
  )
}
