'use client'

import { Status } from '@/components/status'
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from '@/components/ui/card'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import type { components } from '@/lib/schema'
import { dayNumber } from '@/components/charts/chart-utils'
import type { Invoice } from './api'

type PastPrediction = components['schemas']['PastPrediction']

/** So many of the forecasts are shown, the newest of them. */
const MOST = 8

/** What had been forecast of a paid invoice, beside the day it was paid: the range, the expected day, and the payment. */
export function OutcomeCard({ invoice, predictions }: { invoice: Invoice; predictions: PastPrediction[] }) {
  const t = useT('invoices')
  const format = useFormat()
  const paidOn = invoice.paid_on
  const shown = predictions.slice(0, MOST)
  const days = shown.flatMap((each) => [each.p10_on, each.p90_on]).concat(paidOn ? [paidOn] : [])
  const first = Math.min(...days.map(dayNumber))
  const span = Math.max(...days.map(dayNumber)) - first || 1
  const at = (day: string) => (100 * (dayNumber(day) - first)) / span
  const late = paidOn === null ? null : dayNumber(paidOn) - dayNumber(invoice.due_on)
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t('outcome.title')}</CardTitle>
        <CardDescription>
          {paidOn === null || late === null
            ? t('outcome.noPayment')
            : late > 0
              ? t('outcome.late', { day: format.day(paidOn), days: format.days(late) })
              : late < 0
                ? t('outcome.early', { day: format.day(paidOn), days: format.days(-late) })
                : t('outcome.onTime', { day: format.day(paidOn) })}
        </CardDescription>
      </CardHeader>
      <CardContent>
        {shown.length === 0 ? (
          <p className="text-muted-foreground">{t('outcome.none')}</p>
        ) : (
          <ul className="flex flex-col gap-3" aria-label={t('outcome.title')}>
            {shown.map((each) => (
              <li key={each.run_id} className="grid gap-x-4 gap-y-1 sm:grid-cols-[9rem_minmax(0,1fr)_10rem]">
                <span className="text-muted-foreground">
                  {t('outcome.asOf', { day: format.day(each.as_of) })}
                </span>
                <span aria-hidden className="relative my-1 h-3">
                  <span
                    className="absolute inset-y-0 rounded-sm bg-primary/16 dark:bg-primary/20"
                    style={{ left: `${at(each.p10_on)}%`, right: `${100 - at(each.p90_on)}%` }}
                  />
                  <span
                    className="absolute top-1/2 size-2 -translate-x-1/2 -translate-y-1/2 rounded-full bg-primary"
                    style={{ left: `${at(each.expected_on)}%` }}
                  />
                  {paidOn && (
                    <span
                      className="absolute -inset-y-1.5 w-0.5 -translate-x-1/2 bg-foreground"
                      style={{ left: `${at(paidOn)}%` }}
                    />
                  )}
                </span>
                <span className="sm:text-right">
                  <span className="text-primary">{format.day(each.expected_on)}</span>{' '}
                  {each.is_held !== null && (
                    <Status tone={each.is_held ? 'positive' : 'warning'}>
                      {t(each.is_held ? 'outcome.held' : 'outcome.missed')}
                    </Status>
                  )}
                </span>
              </li>
            ))}
          </ul>
        )}
        {shown.length > 0 && <p className="mt-3 text-xs text-muted-foreground">{t('outcome.key')}</p>}
      </CardContent>
    </Card>
  )
}
