import { useMutation, useQueryClient } from '@tanstack/react-query'
import { once, useRemindersChanged } from '@/components/reminders/api'
import { api, client } from '@/lib/api'

/** What a person does with a reminder, beside changing its words. */
export const STEPS = ['approve', 'reject', 'skip', 'cancel', 'schedule', 'retry', 'settle'] as const
export type Step = (typeof STEPS)[number]

/** A step with what is said along with it. */
export type Taken =
  | { step: 'approve' | 'retry' | 'cancel' }
  | { step: 'reject' | 'skip'; reason: string }
  | { step: 'schedule'; at: string | null }
  | { step: 'settle'; wasSent: boolean }

export interface Stepped {
  id: string
  version: number
}

/** Takes a step with a reminder as it was shown; then it is as the hub answers, and whatever lists it is read again. */
export function useStep() {
  const queryClient = useQueryClient()
  const changed = useRemindersChanged()
  return useMutation({
    mutationFn: async ({ reminder, taken }: { reminder: Stepped; taken: Taken }) => {
      const params = {
        path: { reminder_id: reminder.id },
        header: { ...once(), 'If-Match': `"${reminder.version}"` },
      }
      switch (taken.step) {
        case 'approve':
          return client.POST('/api/reminders/{reminder_id}/approve', { params })
        case 'retry':
          return client.POST('/api/reminders/{reminder_id}/retry', { params })
        case 'reject':
          return client.POST('/api/reminders/{reminder_id}/reject', {
            params,
            body: { reason: taken.reason },
          })
        case 'skip':
          return client.POST('/api/reminders/{reminder_id}/skip', {
            params,
            body: { reason: taken.reason },
          })
        case 'cancel':
          return client.POST('/api/reminders/{reminder_id}/cancel', { params })
        case 'schedule':
          return client.POST('/api/reminders/{reminder_id}/schedule', {
            params,
            body: { scheduled_at: taken.at, for_approval: false },
          })
        case 'settle':
          return client.POST('/api/reminders/{reminder_id}/settle', {
            params,
            body: { was_sent: taken.wasSent },
          })
      }
    },
    onSuccess: ({ data }, { reminder: { id } }) => {
      const shown = api.queryOptions('get', '/api/reminders/{reminder_id}', {
        params: { path: { reminder_id: id } },
      })
      queryClient.setQueryData(shown.queryKey, data)
    },
    onSettled: () => void changed(),
  })
}

/** The steps that are taken with many at once. */
export const BULK_STEPS = ['approve', 'reject', 'skip', 'cancel'] as const
export type BulkStep = (typeof BULK_STEPS)[number]
