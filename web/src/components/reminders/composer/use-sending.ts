'use client'

import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { client } from '@/lib/api'
import { once, type Reminder, useRemindersChanged } from '../api'
import { bodyOf, type Asking, rewordingOf } from './draft'

/** What is done with a draft: kept, given to whoever approves, sent at a time or now, or sent to oneself as a test. */
export type Wish =
  | { then: 'draft' | 'approval' | 'send' | 'test' }
  | {
      then: 'schedule'
      /** An instant, RFC 3339. */
      at: string
    }

/**
 * Keeps a draft in the hub and does with it what is wished. What is sent is what was shown: its subject and text go
 * along, whoever wrote them. What was kept once is changed from then on, so that a second try makes no second reminder.
 */
export function useSending(begun: Reminder | null) {
  const changed = useRemindersChanged()
  const [kept, setKept] = useState<Reminder | null>(begun)
  // One for the composer, so that a second press makes no second reminder.
  const [header] = useState(once)

  const keepNew = async (draft: Asking, wish: Wish): Promise<Reminder> => {
    const body = bodyOf(draft)
    if (body === null) throw new TypeError('a draft without a customer or an invoice cannot be kept')
    const made = await client.POST('/api/reminders', {
      params: { header },
      body: {
        ...body,
        cc: [],
        then: wish.then === 'test' ? 'draft' : wish.then,
        scheduled_at: wish.then === 'schedule' ? wish.at : null,
      },
    })
    return made.data!
  }
  const keepChanged = async (reminder: Reminder, draft: Asking): Promise<Reminder> => {
    const path = { reminder_id: reminder.id }
    const rewording = rewordingOf(reminder, draft)
    let version = reminder.version
    if (Object.keys(rewording).length > 0) {
      const header = { ...once(), 'If-Match': `"${version}"` }
      const written = await client.POST('/api/reminders/{reminder_id}/rewrite', {
        params: { path, header },
        body: rewording,
      })
      version = written.data!.version
    }
    const { recipients, words } = draft
    const changed = await client.PATCH('/api/reminders/{reminder_id}', {
      params: { path, header: { 'If-Match': `"${version}"` } },
      body: {
        channel_id: draft.channelId,
        attachments: draft.statement ? ['statement'] : [],
        ...(recipients === null ? {} : { recipients }),
        ...(words ?? {}),
      },
    })
    return changed.data!
  }

  const mutation = useMutation({
    mutationFn: async ({ draft, wish }: { draft: Asking; wish: Wish }): Promise<Reminder> => {
      if (kept === null) {
        const made = await keepNew(draft, wish)
        setKept(made)
        if (wish.then !== 'test') return made
        await sendTest(made.id)
        return made
      }
      const reminder = await keepChanged(kept, draft)
      setKept(reminder)
      const path = { reminder_id: reminder.id }
      switch (wish.then) {
        case 'test':
          await sendTest(reminder.id)
          return reminder
        case 'send':
        case 'schedule':
        case 'approval': {
          const scheduled = await client.POST('/api/reminders/{reminder_id}/schedule', {
            params: { path, header: once() },
            body: {
              scheduled_at: wish.then === 'schedule' ? wish.at : null,
              for_approval: wish.then === 'approval',
            },
          })
          return scheduled.data!
        }
        default:
          return reminder
      }
    },
    onSettled: () => void changed(),
  })
  return { ...mutation, kept }
}

const sendTest = (id: string) =>
  client.POST('/api/reminders/{reminder_id}/test', { params: { path: { reminder_id: id } } })
