import type { AuditEvent, AuditQuery } from './audit-api'

/** The filters of the audit as its page's address has them; days are whole days of the reader's. */
export interface AuditFilters {
  action: string
  kind: AuditEvent['actor_kind'] | null
  outcome: AuditEvent['outcome'] | null
  actor: string | null
  object: string | null
  from: string | null
  to: string | null
}

/** The same as the hub wants them: instants, and nothing that is not asked for. */
export function toQuery({ action, kind, outcome, actor, object, from, to }: AuditFilters): AuditQuery {
  const begin = startOf(from, 0)
  // The last day counts to its end.
  const end = startOf(to, 1)
  return {
    ...(action ? { action } : {}),
    ...(kind ? { actor_kind: kind } : {}),
    ...(outcome ? { outcome } : {}),
    ...(actor ? { actor } : {}),
    ...(object ? { object_id: object } : {}),
    ...(begin ? { from: begin } : {}),
    ...(end ? { to: end } : {}),
  }
}

function startOf(day: string | null, later: number): string | null {
  const [year, month, date] = (day ?? '').split('-').map(Number)
  if (!year || !month || !date) return null
  return new Date(year, month - 1, date + later).toISOString()
}
