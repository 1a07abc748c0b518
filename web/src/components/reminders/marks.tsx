'use client'

import { Status } from '@/components/status'
import { NONE, useFormat } from '@/lib/format'
import type { Sum } from './api'
import {
  type Delivery,
  DELIVERY_COLOURS,
  type ReminderStatus,
  STATUS_COLOURS,
  useReminderWords,
} from './words'

export function ReminderStatusMark({ status }: { status: ReminderStatus }) {
  const words = useReminderWords()
  return <Status tone={STATUS_COLOURS[status]}>{words.status(status)}</Status>
}

/** What became of a message that was sent; a dash before anybody said. */
export function DeliveryMark({ delivery }: { delivery: Delivery | null }) {
  const words = useReminderWords()
  if (delivery === null) return <>{NONE}</>
  return <Status tone={DELIVERY_COLOURS[delivery]}>{words.delivery(delivery)}</Status>
}

/** Amounts of several currencies, which are never added up. */
export function Sums({ sums }: { sums: readonly Sum[] }) {
  const format = useFormat()
  if (sums.length === 0) return <>{NONE}</>
  return (
    <span className="inline-flex flex-wrap justify-end gap-x-2">
      {sums.map(({ amount, currency }) => (
        <span key={currency} className="whitespace-nowrap">
          {format.money(amount, currency)}
        </span>
      ))}
    </span>
  )
}

/** What a reminder is called: `R-12`. */
export const reminderName = ({ number }: { number: number }) => `R-${number}`
