import { keepPreviousData, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import type { ReminderQuery } from '@/components/reminders/api'
import { api } from '@/lib/api'
import type { components } from '@/lib/schema'

export type ReminderTotals = components['schemas']['ReminderTotals']
export type ReminderEvent = components['schemas']['ReminderEvent']

/** Fetches a page that is likely to be asked for next. */
export function usePrefetchReminders() {
  const queryClient = useQueryClient()
  return useCallback(
    (query: ReminderQuery) =>
      void queryClient.prefetchQuery(api.queryOptions('get', '/api/reminders', { params: { query } })),
    [queryClient],
  )
}

/** Counts, sums and facets of all that match, whatever the page and its order. */
export const useReminderTotals = (query: ReminderQuery) =>
  api.useQuery(
    'get',
    '/api/reminders',
    { params: { query: { ...query, limit: 1, include: ['totals' as const, 'facets' as const] } } },
    { placeholderData: keepPreviousData, select: (found) => found.totals },
  )

export const useReminderEvents = (id: string) =>
  api.useQuery('get', '/api/reminders/{reminder_id}/events', { params: { path: { reminder_id: id } } })

export type ReminderInsights = components['schemas']['ReminderInsights']

export const useReminderInsights = (months: number) =>
  api.useQuery(
    'get',
    '/api/insights/reminders',
    { params: { query: { months } } },
    { placeholderData: keepPreviousData },
  )
