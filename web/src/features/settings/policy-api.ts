import { useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { api } from '@/lib/api'
import type { components } from '@/lib/schema'

export type Policy = components['schemas']['Policy']
export type Trial = components['schemas']['PolicyTrial']
export type Decision = components['schemas']['Decision']

export const usePolicy = () => api.useQuery('get', '/api/dispute-policy')
export const usePolicies = () => api.useQuery('get', '/api/dispute-policy/versions')
export const useStorePolicy = () => api.useMutation('put', '/api/dispute-policy')
export const useRollBackPolicy = () => api.useMutation('post', '/api/dispute-policy/rollback')
export const useTryPolicy = () => api.useMutation('post', '/api/dispute-policy/try')

/** The company's people by their id. */
export function usePeople(): (id: string | null) => string | null {
  const { data } = api.useQuery('get', '/api/disputes/owners', {}, { staleTime: 300_000 })
  return (id) => (id === null ? null : (data?.items.find((person) => person.id === id)?.name ?? id))
}

/** Has the policy, its versions and what they suggest be read again. */
export function usePolicyChanged(): () => Promise<void> {
  const queryClient = useQueryClient()
  return useCallback(
    () =>
      queryClient.invalidateQueries({
        predicate: ({ queryKey: [, address] }) =>
          typeof address === 'string' && /^\/api\/(dispute-policy|disputes)(\/|$)/.test(address),
      }),
    [queryClient],
  )
}
