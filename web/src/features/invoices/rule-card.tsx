'use client'

import { Status } from '@/components/status'
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from '@/components/ui/card'
import { api } from '@/lib/api'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import { addDays } from '@/lib/today'
import type { Invoice } from './api'

/** In place of a forecast: what the customer's own mean delay says, called what it is. */
export function RuleCard({ invoice }: { invoice: Invoice }) {
  const t = useT('invoices')
  const format = useFormat()
  const { data: customer } = api.useQuery('get', '/api/customers/{customer_id}', {
    params: { path: { customer_id: invoice.customer_id } },
  })
  const balance = customer?.balances.find(({ currency }) => currency === invoice.currency)
  const late = balance?.mean_days_late ?? null
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t('rule.title')}</CardTitle>
        <CardDescription>{t('rule.why')}</CardDescription>
      </CardHeader>
      <CardContent className="flex flex-col gap-2">
        {late !== null && balance !== undefined && (
          <>
            <Status tone="warning">{t('rule.label')}</Status>
            <p>
              {t('rule.estimate', {
                day: format.day(addDays(invoice.due_on, Math.round(late))),
                days: format.days(late, 1),
                count: balance.paid_invoices,
              })}
            </p>
          </>
        )}
        <Link href="/models/" className="w-fit text-primary underline-offset-4 hover:underline">
          {t('rule.models')}
        </Link>
      </CardContent>
    </Card>
  )
}
