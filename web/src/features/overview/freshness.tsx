'use client'

import { Alert, AlertDescription } from '@/components/ui/alert'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import type { Overview } from './api'
import { daysBetween } from './shape'

/** How many days old a forecast may be before that is said: one is made every night. */
const FRESH_DAYS = 2

/** Says what is older than it should be: the forecast, or the books behind it. */
export function Freshness({ overview }: { overview: Overview }) {
  const t = useT('overview')
  const format = useFormat()
  const { forecast, progress, as_of: today } = overview
  const lines = []
  if (forecast && daysBetween(forecast.as_of, today) > FRESH_DAYS)
    lines.push(t('stale.forecast', { day: format.day(forecast.as_of) }))
  if (progress.last_synced_at && daysBetween(progress.last_synced_at.slice(0, 10), today) > FRESH_DAYS)
    lines.push(t('stale.books', { ago: format.ago(progress.last_synced_at) }))
  if (lines.length === 0) return null
  return (
    <Alert variant="warning">
      <AlertDescription>{lines.join(' ')}</AlertDescription>
    </Alert>
  )
}
