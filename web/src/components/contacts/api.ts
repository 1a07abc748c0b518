import { keepPreviousData, useQueryClient } from '@tanstack/react-query'
import { api } from '@/lib/api'
import type { components } from '@/lib/schema'

export type TimelineItem = components['schemas']['TimelineItem']
export type TimelineKind = TimelineItem['kind']
export type NoteKind = components['schemas']['ContactNoteInput']['kind']
export type NoteOutcome = NonNullable<components['schemas']['ContactNoteInput']['outcome']>

export const TIMELINE_KINDS = [
  'reminder',
  'promise',
  'dispute',
  'payment',
  'note',
] as const satisfies TimelineKind[]
export const NOTE_KINDS = ['call', 'email', 'meeting', 'note'] as const satisfies NoteKind[]
export const NOTE_OUTCOMES = [
  'reached',
  'will_pay',
  'objects',
  'left_message',
  'no_answer',
  'wrong_person',
] as const satisfies NoteOutcome[]

/** What happened with a customer, newest first. */
export const useTimeline = (customerId: string, kind: TimelineKind | null, limit: number) =>
  api.useQuery(
    'get',
    '/api/customers/{customer_id}/timeline',
    { params: { path: { customer_id: customerId }, query: { limit, ...(kind ? { kinds: [kind] } : {}) } } },
    { placeholderData: keepPreviousData },
  )

export function useAddNote() {
  const queryClient = useQueryClient()
  return api.useMutation('post', '/api/customers/{customer_id}/notes', {
    onSuccess: () =>
      queryClient.invalidateQueries({
        predicate: ({ queryKey: [, address] }) =>
          address === '/api/customers/{customer_id}/timeline' || address === '/api/worklist',
      }),
  })
}
