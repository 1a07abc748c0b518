import { keepPreviousData, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { api } from '@/lib/api'
import type { components, paths } from '@/lib/schema'

export type DisputeItem = components['schemas']['DisputeItem']
export type DisputeQuery = NonNullable<paths['/api/disputes']['get']['parameters']['query']>

/** A page of disputes; the page before stays until the next has come. */
export const useDisputes = (query: DisputeQuery) =>
  api.useQuery('get', '/api/disputes', { params: { query } }, { placeholderData: keepPreviousData })

/** A header under which a write that was sent twice is done once. */
export const once = () => ({ 'Idempotency-Key': crypto.randomUUID() })

const TOUCHED = ['/api/disputes', '/api/adjustments', '/api/invoices', '/api/customers', '/api/overview']

/** Has everything that shows disputes be read again. */
export function useDisputesChanged(): () => Promise<void> {
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
