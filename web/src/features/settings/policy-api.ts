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
