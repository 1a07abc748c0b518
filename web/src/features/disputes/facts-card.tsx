'use client'

import { lazy, Suspense, useState } from 'react'
import { DaysLeft, DisputedAmount } from '@/components/disputes/marks'
import { useDisputeWords } from '@/components/disputes/words'
import { Facts } from '@/components/definition-list'
import { Button } from '@/components/ui/button'
import { Card, CardAction, CardContent, CardHeader, CardTitle } from '@/components/ui/card'
import { Ago, NONE, useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import { useToday } from '@/lib/today'
import type { Dispute } from './api'

const DetailsDialog = lazy(() => import('./details-dialog'))

/** What it is about, who looks after it and until when. */
export function FactsCard({ dispute, canEdit }: { dispute: Dispute; canEdit: boolean }) {
  const t = useT('disputes')
  const words = useDisputeWords()
  const format = useFormat()
  const today = useToday()
  const [isEditing, setEditing] = useState(false)
  const { invoice, customer, currency, hold } = dispute
  const link = 'text-primary underline-offset-4 hover:underline'
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t('facts.title')}</CardTitle>
        {canEdit && (
          <CardAction>
            <Button variant="outline" size="sm" onClick={() => setEditing(true)}>
              {t('facts.edit')}
            </Button>
          </CardAction>
        )}
      </CardHeader>
      <CardContent>
        <Facts
          items={[
            {
              label: t('columns.invoice'),
              value: invoice ? (
                <Link href={`/invoices/view/?id=${invoice.id}`} className={link}>
                  {invoice.number}
                </Link>
              ) : (
                t('unmatched')
              ),
            },
            {
              label: t('columns.customer'),
              value: customer ? (
                <Link href={`/customers/view/?id=${customer.id}`} className={link}>
                  {customer.name}
                </Link>
              ) : (
                t('unmatched')
              ),
            },
            {
              label: t('columns.amount'),
              value: <DisputedAmount dispute={dispute} />,
            },
            ...(invoice && currency
              ? [{ label: t('facts.balance'), value: format.money(invoice.balance, currency) }]
              : []),
            ...(dispute.product ? [{ label: t('columns.product'), value: dispute.product }] : []),
            {
              label: t('columns.due'),
              value: (
                <span className="flex flex-wrap gap-x-3">
                  {format.day(dispute.due_on)}
                  {dispute.status !== 'resolved' && (
                    <DaysLeft due={dispute.due_on} today={today} isOver={false} />
                  )}
                </span>
              ),
            },
            { label: t('columns.owner'), value: dispute.owner?.name ?? t('filters.nobody') },
            {
              label: t('columns.opened'),
              value: (
                <>
                  <Ago at={dispute.opened_at} /> · {words.source(dispute.source)}
                </>
              ),
            },
            {
              label: t('facts.answered'),
              value: dispute.first_answered_at ? format.instant(dispute.first_answered_at) : NONE,
            },
            ...(hold
              ? [
                  {
                    label: t('facts.hold'),
                    value: hold.until
                      ? t('facts.holdUntil', { day: format.day(hold.until) })
                      : t('facts.holdOn'),
                  },
                ]
              : []),
          ]}
        />
      </CardContent>
      <Suspense>
        {isEditing && <DetailsDialog dispute={dispute} onClose={() => setEditing(false)} />}
      </Suspense>
    </Card>
  )
}
