import { keepPreviousData, useQueryClient } from '@tanstack/react-query'
import { api } from '@/lib/api'
import type { components } from '@/lib/schema'

export type InstalledTenant = components['schemas']['InstalledTenant']
export type AddedMember = components['schemas']['AddedMember']

/** One page of the installation's companies, by key. */
export function useTenants(limit: number, cursor: string | null) {
  return api.useQuery(
    'get',
    '/api/operator/tenants',
    { params: { query: { limit, ...(cursor ? { cursor } : {}) } } },
    { placeholderData: keepPreviousData },
  )
}

/** Answers that hold a sign-in link are forgotten as soon as they have been shown. */
const TOLD_ONCE = { gcTime: 0 } as const

export function useCreateTenant() {
  const queryClient = useQueryClient()
  return api.useMutation('post', '/api/operator/tenants', {
    onSettled: () => void queryClient.invalidateQueries({ queryKey: ['get', '/api/operator/tenants'] }),
    ...TOLD_ONCE,
  })
}

export const useInviteAdmin = () => api.useMutation('post', '/api/operator/tenants/{key}/admins', TOLD_ONCE)
