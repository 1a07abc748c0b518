import { keepPreviousData, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import type { DisputeQuery } from '@/components/disputes/api'
import { api, client } from '@/lib/api'
import { saveFile } from '@/lib/save-file'
import type { components } from '@/lib/schema'
import type { DisputeFilters } from './filters'

export type Dispute = components['schemas']['Dispute']
export type DisputeTotals = components['schemas']['DisputeTotals']
export type DisputeEvent = components['schemas']['DisputeEvent']
export type Evidence = Dispute['evidence'][number]

export type Suggestion = components['schemas']['Suggestion']

export const useOwners = () => api.useQuery('get', '/api/disputes/owners', {}, { staleTime: 300_000 })

export type Adjustment = components['schemas']['Adjustment']
export type DisputeInsights = components['schemas']['DisputeInsights']

/** Fetches a page that is likely to be asked for next. */
export function usePrefetchDisputes() {
  const queryClient = useQueryClient()
  return useCallback(
    (query: DisputeQuery) =>
      void queryClient.prefetchQuery(api.queryOptions('get', '/api/disputes', { params: { query } })),
    [queryClient],
  )
}

/** Counts, sums and facets of all that match, whatever the page and its order. */
export const useDisputeTotals = (query: DisputeQuery) =>
  api.useQuery(
    'get',
    '/api/disputes',
    { params: { query: { ...query, limit: 1, include: ['totals' as const, 'facets' as const] } } },
    { placeholderData: keepPreviousData, select: (found) => found.totals },
  )

export const useDispute = (id: string) =>
  api.useQuery('get', '/api/disputes/{dispute_id}', { params: { path: { dispute_id: id } } })

export const useDisputeHistory = (id: string) =>
  api.useQuery('get', '/api/disputes/{dispute_id}/history', { params: { path: { dispute_id: id } } })

export const useAdjustments = (disputeId: string) =>
  api.useQuery('get', '/api/adjustments', { params: { query: { dispute_id: disputeId } } })

export const useDisputeInsights = (months: number) =>
  api.useQuery(
    'get',
    '/api/insights/disputes',
    { params: { query: { months } } },
    { placeholderData: keepPreviousData },
  )

/** Saves the disputes that match as CSV, in the list's order. */
export const exportDisputes = (query: DisputeFilters & Pick<DisputeQuery, 'sort'>) =>
  saveFile(client.GET('/api/disputes/export', { params: { query }, parseAs: 'blob' }))
