'use client'

import { Alert, AlertDescription, AlertTitle } from '@/components/ui/alert'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import { useReminders } from '../api'
import { reminderName, ReminderStatusMark, Sums } from '../marks'

const UNDER_WAY = ['planned', 'to_approve', 'approved', 'sending', 'uncertain'] as const
const SHOWN = 5

/** The other reminders to a customer that are about to go out, before they get another: all but the one of id `but`. */
export function UnderWay({ customerId, but }: { customerId: string; but?: string }) {
  const t = useT('reminders')
  const { data } = useReminders({ customer_id: customerId, status: [...UNDER_WAY], limit: SHOWN + 1 })
  const others = data?.items.filter(({ id }) => id !== but) ?? []
  if (others.length === 0) return null
  return (
    <Alert variant="warning">
      <AlertTitle>{t('compose.underWay')}</AlertTitle>
      <AlertDescription>
        <ul className="flex flex-col gap-1">
          {others.slice(0, SHOWN).map((each) => (
            <li key={each.id} className="flex flex-wrap gap-x-3">
              <Link href={`/reminders/view/?id=${each.id}`} className="text-primary underline">
                {reminderName(each)}
              </Link>
              <ReminderStatusMark status={each.status} />
              <Sums sums={each.totals} />
            </li>
          ))}
        </ul>
      </AlertDescription>
    </Alert>
  )
}
