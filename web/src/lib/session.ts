'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { ACCESS, type Access, type OperationId, type Role } from './access'
import { api, leaveFor } from './api'
import { forgetJobs } from './jobs'
import type { components } from './schema'

export type SessionDocument = components['schemas']['Session']

/** Who is signed in, as what and where. */
export interface Session {
  user: { id: string; email: string; name: string }
  /** The company being worked in; null for who is a member of none. */
  tenant: { key: string; name: string } | null
  role: Exclude<Role, 'operator'> | null
  isOperator: boolean
  /** All companies that the person may work in. */
  tenants: { key: string; name: string; role: Exclude<Role, 'operator'> }[]
  csrfToken: string | null
  /** The instant (RFC 3339) at which the session ends in any case. */
  expiresAt: string | null
}

/** What is known before the hub has answered: nobody, who may do nothing. */
export const NOBODY: Session = {
  user: { id: '', email: '', name: '' },
  tenant: null,
  role: null,
  isOperator: false,
  tenants: [],
  csrfToken: null,
  expiresAt: null,
}

/** Under which the session's document is kept among the hub's answers. */
export const SESSION_KEY = ['get', '/api/session'] as const

export function toSession(found: SessionDocument): Session {
  return {
    user: found.user,
    tenant: found.tenant,
    role: found.role,
    isOperator: found.is_operator,
    tenants: found.tenants,
    csrfToken: found.csrf_token,
    expiresAt: found.expires_at,
  }
}

/** The session of this browser; `NOBODY` until the hub has said who it is. Signed-in pages never see that. */
export function useSession(): Session {
  const { data } = api.useQuery('get', '/api/session')
  return useMemo(() => (data ? toSession(data) : NOBODY), [data])
}

/** Whether `session` may call an operation. The hub decides; this is for hiding what it would refuse. */
export function may(session: Session, operation: OperationId): boolean {
  const rule: Access = ACCESS[operation]
  if (rule.isPublic) return true
  if (rule.isOwn) return session.user.id !== ''
  return rule.roles.some((role) => (role === 'operator' ? session.isOperator : role === session.role))
}

/** Whether the person who is signed in may call an operation, by its operationId. */
export function useCan(operation: OperationId): boolean {
  return may(useSession(), operation)
}

let channel: BroadcastChannel | undefined

/** One for the tab: what is sent by it is heard by the other tabs, and not here. */
const tabs = () => (channel ??= new BroadcastChannel('paypredict-session'))

/** Tell this browser's other tabs that the session has ended or is another one. */
export function announceSession(): void {
  tabs().postMessage('changed')
}

/** Calls `changed` when another tab says that the session has ended or is another one; answers how to stop. */
export function watchSession(changed: () => void): () => void {
  const heard = tabs()
  heard.addEventListener('message', changed)
  return () => heard.removeEventListener('message', changed)
}

/** Forget all that was read as somebody, and what this tab keeps for a while. */
export function forgetAll(queryClient: { clear: () => void }): void {
  queryClient.clear()
  forgetJobs()
  sessionStorage.clear()
}

/** End the session here and, where they came through one, at the provider; the browser goes on there or to the way in. */
export function useSignOut() {
  const queryClient = useQueryClient()
  return api.useMutation('delete', '/api/session', {
    onSuccess: ({ sign_out_url: elsewhere }) => {
      forgetAll(queryClient)
      announceSession()
      leaveFor(elsewhere ?? '/sign-in/')
    },
  })
}

/** Work in another of one's companies: all that was read in the one before is forgotten, and the overview opens. */
export function useSwitchTenant() {
  const queryClient = useQueryClient()
  return api.useMutation('put', '/api/session/tenant', {
    onSuccess: () => {
      forgetAll(queryClient)
      announceSession()
      leaveFor('/')
    },
  })
}
