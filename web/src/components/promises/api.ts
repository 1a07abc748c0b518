import { useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { api } from '@/lib/api'
import type { components } from '@/lib/schema'

export type PromiseItem = components['schemas']['Promise']
export type CopyRequest = components['schemas']['CopyRequest']

/** So many are shown beside a record. */
const SHOWN = 10

/** A customer's promises, the newest first. */
export const usePromises = (customerId: string) =>
  api.useQuery('get', '/api/promises', {
    params: { query: { customer_id: customerId, sort: '-made_at', limit: SHOWN } },
  })

/** Copies that a customer asked for and that nobody has sent yet. */
export const useCopyRequests = (customerId: string) =>
  api.useQuery('get', '/api/copy-requests', { params: { query: { customer_id: customerId } } })

/** The customer's open invoices, the oldest due first, to promise some of. */
export const usePromisable = (customerId: string, enabled: boolean) =>
  api.useQuery(
    'get',
    '/api/invoices',
    { params: { query: { customer_id: customerId, open: true, sort: 'due_on', limit: 100 } } },
    { enabled },
  )

/** A header under which a write that was sent twice is done once. */
export const once = () => ({ 'Idempotency-Key': crypto.randomUUID() })

const TOUCHED = [
  '/api/promises',
  '/api/invoices',
  '/api/customers',
  '/api/worklist',
  '/api/overview',
  '/api/copy-requests',
]

/** Has everything that shows promises be read again. */
export function usePromisesChanged(): () => Promise<void> {
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
