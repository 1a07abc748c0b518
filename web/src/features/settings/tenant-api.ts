import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { client } from '@/lib/api'
import type { Problem } from '@/lib/problem'
import type { components } from '@/lib/schema'
import { SESSION_KEY } from '@/lib/session'

export type Tenant = components['schemas']['Tenant']
export type TenantUpdate = components['schemas']['TenantUpdate']

/** A document with the ETag it was read under, which an update sends back. */
export interface Versioned<Document> {
  document: Document
  etag: string
}

const KEY = ['get', '/api/tenant', 'with its ETag']

/** The company that is worked in. */
export function useTenant() {
  return useQuery<Versioned<Tenant>, Problem>({ queryKey: KEY, queryFn: readTenant })
}

async function readTenant(): Promise<Versioned<Tenant>> {
  const { data, response } = await client.GET('/api/tenant')
  return { document: data!, etag: response.headers.get('ETag') ?? '' }
}

/** Changes the company, unless somebody else has changed it since `etag` (status 412). */
export function useUpdateTenant() {
  const queryClient = useQueryClient()
  return useMutation<Versioned<Tenant>, Problem, { body: TenantUpdate; etag: string }>({
    mutationFn: async ({ body, etag }) => {
      const { data, response } = await client.PUT('/api/tenant', {
        body,
        params: { header: { 'If-Match': etag } },
      })
      return { document: data!, etag: response.headers.get('ETag') ?? '' }
    },
    onSuccess: (changed) => {
      queryClient.setQueryData(KEY, changed)
      // Its name stands in the header, and its time zone decides which day it is.
      void queryClient.invalidateQueries({ queryKey: SESSION_KEY })
      void queryClient.invalidateQueries({
        predicate: ({ queryKey }) => queryKey !== KEY && queryKey[1] !== SESSION_KEY[1],
      })
    },
  })
}
