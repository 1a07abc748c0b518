import { keepPreviousData, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { api, client } from '@/lib/api'
import { saveFile } from '@/lib/save-file'
import type { components, paths } from '@/lib/schema'

export type CustomerQuery = NonNullable<paths['/api/customers']['get']['parameters']['query']>
/** What narrows and orders the list, without its page. */
export type CustomerFilters = Omit<CustomerQuery, 'cursor' | 'limit' | 'include'>
export type CustomerItem = components['schemas']['CustomerItem']
export type Customer = components['schemas']['Customer']
export type CustomerTotals = components['schemas']['CustomerTotals']
export type CustomerRisk = components['schemas']['CustomerRisk']
export type Profile = components['schemas']['Profile']
export type Contact = components['schemas']['Contact']
export type Aging = components['schemas']['Aging']

/** A page of customers; the page before stays until the next has come. */
export const useCustomers = (query: CustomerQuery) =>
  api.useQuery('get', '/api/customers', { params: { query } }, { placeholderData: keepPreviousData })

export function usePrefetchCustomers() {
  const queryClient = useQueryClient()
  return useCallback(
    (query: CustomerQuery) =>
      void queryClient.prefetchQuery(api.queryOptions('get', '/api/customers', { params: { query } })),
    [queryClient],
  )
}

/** Counts, sums and facets of all that match, whatever the page and its order. */
export const useCustomerTotals = (query: CustomerFilters) =>
  api.useQuery(
    'get',
    '/api/customers',
    { params: { query: { ...query, limit: 1, include: ['totals' as const] } } },
    { placeholderData: keepPreviousData, select: (found) => found.totals },
  )

export const useCustomer = (id: string) =>
  api.useQuery('get', '/api/customers/{customer_id}', { params: { path: { customer_id: id } } })

export const useCustomerRisk = (id: string) =>
  api.useQuery('get', '/api/customers/{customer_id}/risk', { params: { path: { customer_id: id } } })

const invoicesOf = (id: string) => ({ customer_id: id, include: ['prediction' as const] })

/** A customer's open invoices, the oldest first. */
export const useOpenInvoices = (id: string) =>
  api.useQuery('get', '/api/invoices', {
    params: { query: { ...invoicesOf(id), open: true, sort: 'due_on', limit: 100 } },
  })

/** The newest 200 invoices that a customer has paid. */
export const usePaidInvoices = (id: string) =>
  api.useQuery('get', '/api/invoices', {
    params: { query: { customer_id: id, status: ['paid'], sort: '-due_on', limit: 200 } },
  })

/** Replaces what the company's people say of a customer; refused with 412 where somebody else did since `version`. */
export async function saveProfile(id: string, profile: Profile, version: number): Promise<Customer> {
  const { data } = await client.PUT('/api/customers/{customer_id}', {
    params: { path: { customer_id: id }, header: { 'If-Match': `"${version}"` } },
    body: profile,
  })
  if (!data) throw new TypeError('an answer without a document')
  return data
}

export async function readCustomer(id: string): Promise<Customer> {
  const { data } = await client.GET('/api/customers/{customer_id}', { params: { path: { customer_id: id } } })
  if (!data) throw new TypeError('an answer without a document')
  return data
}

export const exportCustomers = (query: CustomerFilters) =>
  saveFile(client.GET('/api/customers/export', { params: { query }, parseAs: 'blob' }))

export const exportSelectedCustomers = (ids: string[]) =>
  saveFile(client.POST('/api/customers/export', { body: { ids }, parseAs: 'blob' }))
