import type { components } from '@/lib/schema'
import type { Invoice } from './api'

type PastPrediction = components['schemas']['PastPrediction']

/** One thing that happened to an invoice. `at` is a day or an instant; what is newest comes first. */
export type TimelineEvent = { id: string; at: string } & (
  | { kind: 'issued' | 'due' }
  | { kind: 'recorded' }
  | { kind: 'status'; from: string; to: string }
  | { kind: 'dueMoved'; from: string; to: string }
  | { kind: 'totalChanged'; from: string; to: string }
  | { kind: 'applied' | 'reversed'; settledBy: string; amount: string }
  | { kind: 'predicted'; expectedOn: string; pLate30: number; before: number | null }
)

/** By how much the probability has to move for the change to be worth a line: 10 points. */
const MOVED = 0.1

/** What happened to an invoice, the newest first, out of its versions, its allocations and what was forecast of it. */
export function timelineOf(invoice: Invoice, predictions: PastPrediction[], today: string): TimelineEvent[] {
  const events: TimelineEvent[] = [{ id: 'issued', at: invoice.issued_on, kind: 'issued' }]
  if (invoice.due_on <= today) events.push({ id: 'due', at: invoice.due_on, kind: 'due' })
  events.push(...changes(invoice), ...settlements(invoice), ...moves(predictions))
  return events.sort((a, b) => sortable(b).localeCompare(sortable(a)))
}

function changes(invoice: Invoice): TimelineEvent[] {
  const events: TimelineEvent[] = []
  invoice.history.forEach(({ recorded_at: at, row }, place) => {
    const before = invoice.history[place - 1]?.row
    const id = `version-${place}`
    if (!before) events.push({ id, at, kind: 'recorded' })
    else {
      if (before.status !== row.status) {
        events.push({ id: `${id}-status`, at, kind: 'status', from: before.status, to: row.status })
      }
      if (before.due_on !== row.due_on) {
        events.push({ id: `${id}-due`, at, kind: 'dueMoved', from: before.due_on, to: row.due_on })
      }
      if (before.total !== row.total) {
        events.push({ id: `${id}-total`, at, kind: 'totalChanged', from: before.total, to: row.total })
      }
    }
  })
  return events
}

function settlements(invoice: Invoice): TimelineEvent[] {
  return invoice.allocations.flatMap(({ id, kind, amount, applied_on: applied, reversed_on: reversed }) => {
    const one = { settledBy: kind, amount }
    const events: TimelineEvent[] = [{ id: `${id}-applied`, at: applied, kind: 'applied', ...one }]
    if (reversed) events.push({ id: `${id}-reversed`, at: reversed, kind: 'reversed', ...one })
    return events
  })
}

function moves(predictions: PastPrediction[]): TimelineEvent[] {
  const events: TimelineEvent[] = []
  let told: number | null = null
  for (const each of [...predictions].reverse()) {
    if (told !== null && Math.abs(each.p_late30 - told) < MOVED) continue
    events.push({
      id: `run-${each.run_id}`,
      at: each.made_at,
      kind: 'predicted',
      expectedOn: each.expected_on,
      pLate30: each.p_late30,
      before: told,
    })
    told = each.p_late30
  }
  return events
}

/** Days count as their end: what is dated a day was known then, at the latest. */
const sortable = ({ at, kind }: TimelineEvent) =>
  at.length > 10 ? at : `${at}T${kind === 'issued' ? '00' : '23'}`
