'use client'

import { ReasonBars } from '@/components/ledger/reason-bars'
import { Region } from '@/components/region'
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from '@/components/ui/card'
import { Skeleton } from '@/components/ui/skeleton'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { usePredictionReasons } from './api'

const MOST = 8

/** Why the invoice is expected when it is, against a typical one. */
export function ReasonsCard({ invoiceId }: { invoiceId: string }) {
  const t = useT('invoices')
  const format = useFormat()
  const query = usePredictionReasons(invoiceId, true)
  const signed = (days: number) => `${days > 0 ? '+' : ''}${format.days(days, 1)}`
  const difference = query.data?.difference_days
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t('reasons.title')}</CardTitle>
        <CardDescription>
          {difference === null || difference === undefined
            ? t('reasons.detail')
            : t(difference < 0 ? 'reasons.sooner' : 'reasons.later', {
                days: format.days(Math.abs(difference), 1),
              })}
        </CardDescription>
      </CardHeader>
      <CardContent>
        <Region
          query={query}
          skeleton={
            <div className="flex flex-col gap-3">
              {Array.from({ length: 5 }, (_, row) => (
                <Skeleton key={row} className="h-5 w-full" />
              ))}
            </div>
          }
          isEmpty={(found) => found.reasons.length === 0}
          empty={<p className="text-muted-foreground">{t('reasons.none')}</p>}
        >
          {({ reasons, other_days: other }) => (
            <>
              <ReasonBars
                label={t('reasons.title')}
                reasons={reasons.slice(0, MOST).map(({ sentence, days, contribution }) => ({
                  sentence,
                  weight: days ?? contribution,
                  text:
                    days === undefined
                      ? contribution > 0
                        ? t('reasons.moreLate')
                        : t('reasons.lessLate')
                      : signed(days),
                }))}
              />
              {other !== null && Math.abs(other) >= 0.05 && (
                <p className="mt-3 text-xs text-muted-foreground">
                  {t('reasons.other', { days: signed(other) })}
                </p>
              )}
            </>
          )}
        </Region>
      </CardContent>
    </Card>
  )
}
