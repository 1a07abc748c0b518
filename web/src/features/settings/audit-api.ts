import { keepPreviousData, useMutation } from '@tanstack/react-query'
import { api, client } from '@/lib/api'
import type { Problem } from '@/lib/problem'
import type { components, operations } from '@/lib/schema'

export type AuditEvent = components['schemas']['AuditEvent']
export type Verification = components['schemas']['Verification']
export type AuditQuery = NonNullable<operations['listAudit']['parameters']['query']>

/** One page of what was done: in the company, or to the installation itself. */
export function useAudit(of: 'tenant' | 'installation', query: AuditQuery) {
  const options = { placeholderData: keepPreviousData }
  const here = api.useQuery(
    'get',
    '/api/audit',
    { params: { query } },
    { ...options, enabled: of === 'tenant' },
  )
  const installation = api.useQuery(
    'get',
    '/api/operator/audit',
    { params: { query } },
    { ...options, enabled: of === 'installation' },
  )
  return of === 'tenant' ? here : installation
}

/** Where the audit is to be had as a file; `filters` without a page. */
export function exportAddress(form: 'csv' | 'jsonl', filters: AuditQuery): string {
  return `/api/audit/export?${new URLSearchParams({ ...(filters as Record<string, string>), format: form })}`
}

/** Verifies the whole chain, piece by piece; `onProgress` hears up to which event it is sound. */
export function useVerification(onProgress: (through: number, of: number) => void) {
  return useMutation<Verification, Problem>({
    mutationFn: async () => {
      for (let after = 0; ;) {
        const { data } = await client.GET('/api/audit/verification', { params: { query: { after } } })
        const verdict = data!
        onProgress(verdict.through, verdict.head_number)
        if (verdict.next_after === null) return verdict
        after = verdict.next_after
      }
    },
  })
}
