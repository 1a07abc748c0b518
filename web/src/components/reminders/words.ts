'use client'

import { useMemo } from 'react'
import type { Tone as Colour } from '@/components/status'
import { useT } from '@/lib/i18n'

export const STATUSES = [
  'draft',
  'planned',
  'to_approve',
  'approved',
  'sending',
  'uncertain',
  'sent',
  'failed',
  'skipped',
  'rejected',
  'cancelled',
] as const
export type ReminderStatus = (typeof STATUSES)[number]

export const STATUS_COLOURS: Record<ReminderStatus, Colour> = {
  draft: 'neutral',
  planned: 'neutral',
  to_approve: 'warning',
  approved: 'accent',
  sending: 'accent',
  uncertain: 'negative',
  sent: 'positive',
  failed: 'negative',
  skipped: 'neutral',
  rejected: 'neutral',
  cancelled: 'neutral',
}

export const DELIVERIES = ['accepted', 'delivered', 'deferred', 'bounced', 'complained'] as const
export type Delivery = (typeof DELIVERIES)[number]

export const DELIVERY_COLOURS: Record<Delivery, Colour> = {
  accepted: 'neutral',
  delivered: 'positive',
  deferred: 'warning',
  bounced: 'negative',
  complained: 'negative',
}

/** From the mildest to the hardest. */
export const TONES = ['service', 'friendly', 'neutral', 'firm', 'formal', 'final'] as const
export type Tone = (typeof TONES)[number]

export const KINDS = ['policy', 'manual', 'dispute_reply'] as const
export type Kind = (typeof KINDS)[number]

/** The languages that the shipped writer has. */
export const LANGUAGES = ['en', 'de', 'es', 'fr'] as const

/** What statuses, deliveries and tones are called; what nobody here knows is shown as it came. */
export function useReminderWords() {
  const t = useT('reminders')
  return useMemo(
    () => ({
      status: (status: string) => (isOneOf(STATUSES, status) ? t(`status.${status}`) : status),
      delivery: (delivery: string) => (isOneOf(DELIVERIES, delivery) ? t(`delivery.${delivery}`) : delivery),
      tone: (tone: string) => (isOneOf(TONES, tone) ? t(`tone.${tone}`) : tone),
      kind: (kind: string) => (isOneOf(KINDS, kind) ? t(`kind.${kind}`) : kind),
    }),
    [t],
  )
}

function isOneOf<Name extends string>(names: readonly Name[], name: string): name is Name {
  return (names as readonly string[]).includes(name)
}
