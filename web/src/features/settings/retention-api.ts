import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { client } from '@/lib/api'
import type { Problem } from '@/lib/problem'
import type { components } from '@/lib/schema'
import type { Versioned } from './tenant-api'

export type Retention = components['schemas']['Retention']
export type Period = components['schemas']['Period']

const KEY = ['get', '/api/privacy/retention', 'with its ETag']

/** How long what is kept. */
export function useRetention() {
  return useQuery<Versioned<Retention>, Problem>({
    queryKey: KEY,
    queryFn: async () => {
      const { data, response } = await client.GET('/api/privacy/retention')
      return { document: data!, etag: response.headers.get('ETag') ?? '' }
    },
  })
}

/** Chooses periods by kind (days); those left out are kept for their default. */
export function useUpdateRetention() {
  const queryClient = useQueryClient()
  return useMutation<Versioned<Retention>, Problem, { periods: Record<string, number>; etag: string }>({
    mutationFn: async ({ periods, etag }) => {
      const { data, response } = await client.PUT('/api/privacy/retention', {
        body: { periods },
        params: { header: { 'If-Match': etag } },
      })
      return { document: data!, etag: response.headers.get('ETag') ?? '' }
    },
    onSuccess: (changed) => queryClient.setQueryData(KEY, changed),
  })
}
