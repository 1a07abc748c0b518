import { keepPreviousData, useQueryClient } from '@tanstack/react-query'
import { api } from '@/lib/api'
import type { components } from '@/lib/schema'
import { SESSION_KEY } from '@/lib/session'

export type Member = components['schemas']['Member']

/** One page of the company's people, by address. */
export function useMembers(limit: number, cursor: string | null) {
  return api.useQuery(
    'get',
    '/api/members',
    { params: { query: { limit, ...(cursor ? { cursor } : {}) } } },
    { placeholderData: keepPreviousData },
  )
}

function useRefresh() {
  const queryClient = useQueryClient()
  return () => {
    void queryClient.invalidateQueries({ queryKey: ['get', '/api/members'] })
    // It may have been oneself.
    void queryClient.invalidateQueries({ queryKey: SESSION_KEY })
  }
}

/** Answers that hold a sign-in link are forgotten as soon as they have been shown. */
const TOLD_ONCE = { gcTime: 0 } as const

export const useAddMember = () =>
  api.useMutation('post', '/api/members', { onSettled: useRefresh(), ...TOLD_ONCE })
export const useUpdateMember = () =>
  api.useMutation('put', '/api/members/{user_id}', { onSettled: useRefresh() })
export const useRemoveMember = () =>
  api.useMutation('delete', '/api/members/{user_id}', { onSettled: useRefresh() })
export const useMemberLink = () =>
  api.useMutation('post', '/api/members/{user_id}/sign-in-link', { onSettled: useRefresh(), ...TOLD_ONCE })
