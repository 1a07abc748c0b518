import type { Dispute, Evidence } from './api'

/** What the suggestion asks for and what people said of it, and of more: what is missing comes first. */
export function checklistOf(dispute: Pick<Dispute, 'evidence' | 'suggestion'>): Evidence[] {
  const said = new Map(dispute.evidence.map((each) => [each.kind, each]))
  const asked = (dispute.suggestion?.evidence_needed ?? []).filter((kind) => !said.has(kind))
  const items = [...said.values(), ...asked.map(missing)]
  return items.sort((a, b) => ORDER[a.status] - ORDER[b.status])
}

const ORDER: Record<Evidence['status'], number> = { missing: 0, have: 1, not_needed: 2 }

const missing = (kind: string): Evidence => ({ kind, status: 'missing', url: null, note: null, at: null })
