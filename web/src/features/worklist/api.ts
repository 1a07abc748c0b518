import { keepPreviousData, useQueryClient } from '@tanstack/react-query'
import { api } from '@/lib/api'
import type { components, operations } from '@/lib/schema'

export type Contact = components['schemas']['WorklistCustomer']
export type WorklistPage = components['schemas']['WorklistPage']
export type Owner = NonNullable<Contact['owner']>
export type WorklistQuery = NonNullable<operations['listContacts']['parameters']['query']>

export const useWorklist = (query: WorklistQuery) =>
  api.useQuery('get', '/api/worklist', { params: { query } }, { placeholderData: keepPreviousData })

/** Reads the next page before it is asked for. */
export function usePrefetchWorklist() {
  const queryClient = useQueryClient()
  return (query: WorklistQuery) =>
    void queryClient.prefetchQuery(api.queryOptions('get', '/api/worklist', { params: { query } }))
}

/** The people who can look after customers. */
export const useOwners = () => api.useQuery('get', '/api/disputes/owners', {}, { staleTime: 300_000 })

/** Why a customer is thought to go late. */
export const useReasons = (customerId: string) =>
  api.useQuery('get', '/api/customers/{customer_id}/risk', { params: { path: { customer_id: customerId } } })

export const INVOICES_SHOWN = 8

/** The customer's open invoices, the oldest due first. */
export const useOpenInvoices = (customerId: string) =>
  api.useQuery('get', '/api/invoices', {
    params: { query: { customer_id: customerId, open: true, sort: 'due_on', limit: INVOICES_SHOWN } },
  })

/**
 * Says who looks after a customer, or until when it rests. Seen at once: whoever is to rest leaves the list, and is back
 * where the hub refuses.
 */
export function useMark() {
  const queryClient = useQueryClient()
  const isList = ({ queryKey: [, address] }: { queryKey: readonly unknown[] }) => address === '/api/worklist'
  return api.useMutation('patch', '/api/worklist/{customer_id}', {
    onMutate: async ({ params, body }) => {
      await queryClient.cancelQueries({ predicate: isList })
      queryClient.setQueriesData<WorklistPage>({ predicate: isList }, (page) =>
        page ? marked(page, params.path.customer_id, body ?? {}) : page,
      )
    },
    onSettled: () => queryClient.invalidateQueries({ predicate: isList }),
  })
}

/** The page as it is once a customer was marked: without it, where it rests or is woken. */
export function marked(
  page: WorklistPage,
  customerId: string,
  { snoozed_until: until, owner_id: owner }: components['schemas']['WorklistEntryChange'],
): WorklistPage {
  const items = page.items.flatMap((item) => {
    if (item.customer_id !== customerId) return [item]
    if (until !== undefined) return []
    return [owner === null ? { ...item, owner: null } : item]
  })
  return { ...page, items }
}
