import { keepPreviousData, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { api } from '@/lib/api'
import type { components, paths } from '@/lib/schema'

export type Reminder = components['schemas']['Reminder']
export type ReminderItem = components['schemas']['ReminderItem']
export type Recipient = Reminder['recipients'][number]
export type Refusal = components['schemas']['RefusedSpan']
export type Sum = components['schemas']['ReminderTotal']
export type ReminderQuery = NonNullable<paths['/api/reminders']['get']['parameters']['query']>

/** A page of reminders; the page before stays until the next has come. */
export const useReminders = (query: ReminderQuery) =>
  api.useQuery('get', '/api/reminders', { params: { query } }, { placeholderData: keepPreviousData })

export const useReminder = (id: string) =>
  api.useQuery('get', '/api/reminders/{reminder_id}', { params: { path: { reminder_id: id } } })

/** The channels that there are, and how they do. */
export const useChannels = () => api.useQuery('get', '/api/channels', {}, { staleTime: 60_000 })

/** Who can write the texts. */
export const useWriters = () => api.useQuery('get', '/api/reminder-writers', {}, { staleTime: 300_000 })

/** A header under which a write that was sent twice is done once. */
export const once = () => ({ 'Idempotency-Key': crypto.randomUUID() })

const TOUCHED = ['/api/reminders', '/api/invoices', '/api/customers', '/api/overview', '/api/worklist']

/** Has everything that shows reminders be read again. */
export function useRemindersChanged(): () => Promise<void> {
  const queryClient = useQueryClient()
  return useCallback(
    () =>
      queryClient.invalidateQueries({
        predicate: ({ queryKey: [, address] }) =>
          typeof address === 'string' &&
          TOUCHED.some((prefix) => address === prefix || address.startsWith(`${prefix}/`)),
      }),
    [queryClient],
  )
}
