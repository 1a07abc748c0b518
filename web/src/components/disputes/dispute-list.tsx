'use client'

import type { ReactNode } from 'react'
import { Region } from '@/components/region'
import { Card, CardAction, CardContent, CardHeader, CardTitle } from '@/components/ui/card'
import { Skeleton } from '@/components/ui/skeleton'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import { useToday } from '@/lib/today'
import { type DisputeItem, type DisputeQuery, useDisputes } from './api'
import { DaysLeft, DisputedAmount, disputeName, DisputeStatusMark } from './marks'
import { useDisputeWords } from './words'

/** So many are shown beside a record. */
const SHOWN = 10

/** A customer's open disputes, the most urgent first. */
export function CustomerDisputes({ customerId }: { customerId: string }) {
  const t = useT('disputes')
  return (
    <DisputesCard
      query={{ customer_id: customerId, unended: true, sort: 'due_on', limit: SHOWN }}
      all={`/disputes/?customer=${customerId}`}
      none={t('box.noneOfCustomer')}
      withInvoice
    />
  )
}

/** The disputes of one customer or invoice in short, with the way to all of them. */
export function DisputesCard({
  query,
  all,
  none,
  action,
  withInvoice = false,
}: {
  query: DisputeQuery
  /** Where the queue lists them. */
  all: string
  none: string
  /** What can be done, at the right of the title. */
  action?: ReactNode
  withInvoice?: boolean
}) {
  const t = useT('disputes')
  const found = useDisputes(query)
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t('box.title')}</CardTitle>
        {action && <CardAction>{action}</CardAction>}
      </CardHeader>
      <CardContent>
        <Region
          query={found}
          skeleton={<Skeleton className="h-12 w-full" />}
          isEmpty={({ items }) => items.length === 0}
          empty={<p className="text-muted-foreground">{none}</p>}
        >
          {({ items, next_cursor: more }) => (
            <>
              <DisputeLines
                disputes={items.map((each) => ({
                  ...each,
                  amount: <DisputedAmount dispute={each} />,
                  invoice: withInvoice ? each.invoice_number : null,
                }))}
              />
              {(more !== null || withInvoice) && (
                <Link
                  href={all}
                  className="mt-2 inline-block text-primary underline-offset-4 hover:underline"
                >
                  {t('box.all')}
                </Link>
              )}
            </>
          )}
        </Region>
      </CardContent>
    </Card>
  )
}

/** What there is to say of a dispute in a line or two. */
export type DisputeLine = Pick<DisputeItem, 'id' | 'number' | 'status' | 'code' | 'due_on'> & {
  amount: ReactNode
  invoice?: string | null
}

/** Disputes in short, one below the other. */
export function DisputeLines({ disputes }: { disputes: DisputeLine[] }) {
  const t = useT('disputes')
  const words = useDisputeWords()
  const today = useToday()
  return (
    <ul className="divide-y">
      {disputes.map((each) => (
        <li key={each.id} className="flex flex-col gap-1 py-2 first:pt-0 last:pb-0">
          <span className="flex flex-wrap items-baseline justify-between gap-x-4">
            <span className="flex items-baseline gap-3">
              <Link
                href={`/disputes/view/?id=${each.id}`}
                className="font-medium text-primary underline-offset-4 hover:underline"
              >
                {disputeName(each)}
              </Link>
              <DisputeStatusMark status={each.status} />
            </span>
            {each.amount}
          </span>
          <span className="flex flex-wrap items-baseline justify-between gap-x-4 text-muted-foreground">
            <span>
              {each.code ? words.code(each.code) : t('reason.none')}
              {each.invoice && <span className="ml-3">{each.invoice}</span>}
            </span>
            <DaysLeft due={each.due_on} today={today} isOver={each.status === 'resolved'} />
          </span>
        </li>
      ))}
    </ul>
  )
}
