import { keepPreviousData, useQueryClient } from '@tanstack/react-query'
import { api } from '@/lib/api'
import type { components, operations } from '@/lib/schema'

export type Contact = components['schemas']['CustomerToContact']
export type WorklistQuery = NonNullable<operations['listContacts']['parameters']['query']>

export const useWorklist = (query: WorklistQuery) =>
  api.useQuery('get', '/api/worklist', { params: { query } }, { placeholderData: keepPreviousData })

/** Reads the next page before it is asked for. */
export function usePrefetchWorklist() {
  const queryClient = useQueryClient()
  return (query: WorklistQuery) =>
    void queryClient.prefetchQuery(api.queryOptions('get', '/api/worklist', { params: { query } }))
}
