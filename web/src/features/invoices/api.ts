import { keepPreviousData, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { api, client } from '@/lib/api'
import { saveFile } from '@/lib/save-file'
import type { components, paths } from '@/lib/schema'

export type InvoiceQuery = NonNullable<paths['/api/invoices']['get']['parameters']['query']>
/** What narrows and orders the list, without its page. */
export type InvoiceFilters = Omit<InvoiceQuery, 'cursor' | 'limit' | 'include'>
export type InvoiceItem = components['schemas']['InvoiceItem']
export type Invoice = components['schemas']['Invoice']
export type InvoiceTotals = components['schemas']['InvoiceTotals']
export type Prediction = components['schemas']['Prediction']
export type Curve = components['schemas']['PredictionCurve']

const page = (query: InvoiceQuery) => ({ params: { query: { ...query, include: ['prediction' as const] } } })

/** A page of invoices with what is forecast of them; the page before stays until the next has come. */
export const useInvoices = (query: InvoiceQuery) =>
  api.useQuery('get', '/api/invoices', page(query), { placeholderData: keepPreviousData })

/** Fetches a page that is likely to be asked for next. */
export function usePrefetchInvoices() {
  const queryClient = useQueryClient()
  return useCallback(
    (query: InvoiceQuery) =>
      void queryClient.prefetchQuery(api.queryOptions('get', '/api/invoices', page(query))),
    [queryClient],
  )
}

/** Counts, sums and facets of all that match, whatever the page and its order. */
export const useInvoiceTotals = (query: InvoiceQuery) =>
  api.useQuery(
    'get',
    '/api/invoices',
    { params: { query: { ...query, limit: 1, include: ['totals' as const] } } },
    { placeholderData: keepPreviousData, select: (found) => found.totals },
  )

export const useInvoice = (id: string) =>
  api.useQuery('get', '/api/invoices/{invoice_id}', { params: { path: { invoice_id: id } } })

export const usePredictionReasons = (id: string, enabled: boolean) =>
  api.useQuery(
    'get',
    '/api/predictions/{invoice_id}/reasons',
    { params: { path: { invoice_id: id } } },
    { enabled, retry: false },
  )

export const usePredictionCurve = (id: string, enabled: boolean) =>
  api.useQuery(
    'get',
    '/api/predictions/{invoice_id}/curve',
    { params: { path: { invoice_id: id }, query: { days: 120 } } },
    { enabled },
  )

export const usePredictionHistory = (id: string) =>
  api.useQuery('get', '/api/predictions/{invoice_id}/history', {
    params: { path: { invoice_id: id }, query: { limit: 200 } },
  })

/** Saves the invoices that match as CSV, in the list's order. */
export const exportInvoices = (query: InvoiceFilters) =>
  saveFile(client.GET('/api/invoices/export', { params: { query }, parseAs: 'blob' }))

/** Saves the invoices of these ids as CSV. */
export const exportSelectedInvoices = (ids: string[]) =>
  saveFile(client.POST('/api/invoices/export', { body: { ids }, parseAs: 'blob' }))

/** The document's prediction, which its schema leaves open. */
export const predictionOf = (invoice: Invoice) => (invoice.prediction ?? null) as Prediction | null
