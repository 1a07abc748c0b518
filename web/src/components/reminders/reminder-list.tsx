'use client'

import { lazy, type ReactNode, Suspense, useState } from 'react'
import { Region } from '@/components/region'
import { Button } from '@/components/ui/button'
import { Card, CardAction, CardContent, CardHeader, CardTitle } from '@/components/ui/card'
import { Skeleton } from '@/components/ui/skeleton'
import { useFormat } from '@/lib/format'
import { useActions } from '@/lib/hotkeys'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import { useCan } from '@/lib/session'
import { type ReminderItem, type ReminderQuery, useReminders } from './api'
import type { ComposerProps } from './composer/composer'
import { DeliveryMark, reminderName, ReminderStatusMark, Sums } from './marks'
import { useReminderWords } from './words'

// The composer comes when it is asked for.
const Composer = lazy(() => import('./composer/composer'))

/** So many are shown beside a record. */
const SHOWN = 5

/** What was sent to a customer and what is to be, with the way to remind them: by the button, or by R. */
export function CustomerReminders({ customer }: { customer: { id: string; name: string } }) {
  const t = useT('reminders')
  return (
    <RemindersCard
      query={{ customer_id: customer.id, sort: '-scheduled_at', limit: SHOWN }}
      all={`customer=${customer.id}`}
      none={t('box.noneOfCustomer')}
      composing={{ customer }}
    />
  )
}

interface InvoiceRemindersProps {
  invoice: { id: string; number: string; balance: string; customer_id: string; customer_name: string | null }
}

/** The same of one invoice. */
export function InvoiceReminders({ invoice }: InvoiceRemindersProps) {
  const t = useT('reminders')
  const { id, balance, customer_id: customer, customer_name: name } = invoice
  return (
    <RemindersCard
      query={{ invoice_id: id, sort: '-scheduled_at', limit: SHOWN }}
      all={`invoice=${id}`}
      none={t('box.none')}
      composing={
        Number(balance) > 0 ? { customer: { id: customer, name: name ?? '' }, invoiceIds: [id] } : null
      }
    />
  )
}

function RemindersCard({
  query,
  all,
  none,
  composing,
}: {
  query: ReminderQuery
  /** The filter by which the page of reminders lists them. */
  all: string
  none: string
  /** Null where there is nothing to remind of. */
  composing: Omit<ComposerProps, 'onClose'> | null
}) {
  const t = useT('reminders')
  const canCompose = useCan('createReminder') && composing !== null
  const [isComposing, setComposing] = useState(false)
  const found = useReminders(query)
  useActions(
    canCompose
      ? [{ id: 'record.remind', label: t('box.remind'), keys: 'r', run: () => setComposing(true) }]
      : [],
  )
  let action: ReactNode = null
  if (canCompose) {
    action = (
      <Button variant="outline" size="sm" onClick={() => setComposing(true)}>
        {t('box.remind')}
      </Button>
    )
  }
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
              <ul className="divide-y">
                {items.map((each) => (
                  <Line key={each.id} reminder={each} />
                ))}
              </ul>
              {more !== null && (
                <Link
                  href={`/reminders/?tab=sent&${all}`}
                  className="mt-2 inline-block text-primary underline-offset-4 hover:underline"
                >
                  {t('box.all')}
                </Link>
              )}
            </>
          )}
        </Region>
      </CardContent>
      <Suspense>
        {isComposing && composing && <Composer {...composing} onClose={() => setComposing(false)} />}
      </Suspense>
    </Card>
  )
}

/** A reminder in two lines: what it is and where it stands; when, and what became of it. */
function Line({ reminder }: { reminder: ReminderItem }) {
  const words = useReminderWords()
  const format = useFormat()
  return (
    <li className="flex flex-col gap-1 py-2 first:pt-0 last:pb-0">
      <span className="flex flex-wrap items-baseline justify-between gap-x-4">
        <span className="flex items-baseline gap-3">
          <Link
            href={`/reminders/view/?id=${reminder.id}`}
            className="font-medium text-primary underline-offset-4 hover:underline"
          >
            {reminderName(reminder)}
          </Link>
          {reminder.delivery ? (
            <DeliveryMark delivery={reminder.delivery} />
          ) : (
            <ReminderStatusMark status={reminder.status} />
          )}
        </span>
        <Sums sums={reminder.totals} />
      </span>
      <span className="flex flex-wrap items-baseline justify-between gap-x-4 text-muted-foreground">
        <span>{words.tone(reminder.tone)}</span>
        <span>{format.instant(reminder.sent_at ?? reminder.scheduled_at)}</span>
      </span>
      {reminder.reason && <span className="text-muted-foreground">{reminder.reason.sentence}</span>}
    </li>
  )
}
