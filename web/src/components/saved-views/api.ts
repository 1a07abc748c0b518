'use client'

import { useQueryClient } from '@tanstack/react-query'
import { api } from '@/lib/api'

/** One's views of a page, and what can be done with them; each change is shown at once. */
export function useViews(page: string) {
  const queryClient = useQueryClient()
  const options = {
    onSuccess: () =>
      queryClient.invalidateQueries({
        predicate: ({ queryKey: [, address] }) => address === '/api/views',
      }),
  }
  const query = api.useQuery('get', '/api/views', { params: { query: { page } } }, { staleTime: 300_000 })
  const create = api.useMutation('post', '/api/views', options)
  const update = api.useMutation('put', '/api/views/{view_id}', options)
  const remove = api.useMutation('delete', '/api/views/{view_id}', options)
  return { views: query.data?.items, create, update, remove }
}
