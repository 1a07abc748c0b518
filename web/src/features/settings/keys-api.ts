import { useQueryClient } from '@tanstack/react-query'
import { api } from '@/lib/api'
import type { components } from '@/lib/schema'

export type Key = components['schemas']['Key']
export type IssuedKey = components['schemas']['IssuedKey']

/** The company's keys, those that work first. */
export const useKeys = () => api.useQuery('get', '/api/keys', { params: { query: { limit: 200 } } })

function useRefresh() {
  const queryClient = useQueryClient()
  return () => void queryClient.invalidateQueries({ queryKey: ['get', '/api/keys'] })
}

/** Answers that hold a key are forgotten as soon as they have been shown. */
const TOLD_ONCE = { gcTime: 0 } as const

export const useCreateKey = () =>
  api.useMutation('post', '/api/keys', { onSettled: useRefresh(), ...TOLD_ONCE })
export const useRotateKey = () =>
  api.useMutation('post', '/api/keys/{key_id}/rotation', { onSettled: useRefresh(), ...TOLD_ONCE })
export const useRevokeKey = () => api.useMutation('delete', '/api/keys/{key_id}', { onSettled: useRefresh() })

/** How a key stands at `now`: it works, works until its successor has taken over, or has ended. */
export function stateOf(key: Key, now: number = Date.now()): 'active' | 'replaced' | 'expired' | 'revoked' {
  if (key.revoked_at) return 'revoked'
  if (key.expires_at && Date.parse(key.expires_at) <= now) return 'expired'
  return key.replaced_by ? 'replaced' : 'active'
}
