import { keepPreviousData, useQueryClient } from '@tanstack/react-query'
import { api } from '@/lib/api'
import type { components, operations } from '@/lib/schema'

export type Suppression = components['schemas']['Suppression']
export type SuppressionKind = Suppression['kind']
export type SuppressionQuery = NonNullable<operations['listSuppressions']['parameters']['query']>

export const KINDS = ['bounced', 'complained', 'unsubscribed', 'absent', 'manual'] as const
export const STATES = ['active', 'ended', 'both'] as const
export type State = (typeof STATES)[number]

export const useSuppressions = (query: SuppressionQuery) =>
  api.useQuery('get', '/api/suppressions', { params: { query } }, { placeholderData: keepPreviousData })

/** Whether an address is not written to at an instant, in milliseconds. */
export const isActive = ({ released_at: released, until }: Suppression, now: number) =>
  released === null && (until === null || Date.parse(until) > now)

function useChanged() {
  const queryClient = useQueryClient()
  return () => queryClient.invalidateQueries({ queryKey: ['get', '/api/suppressions'] })
}

export function useCreateSuppression() {
  const onSuccess = useChanged()
  return api.useMutation('post', '/api/suppressions', { onSuccess })
}

export function useReleaseSuppression() {
  const onSettled = useChanged()
  return api.useMutation('delete', '/api/suppressions/{suppression_id}', { onSettled })
}
