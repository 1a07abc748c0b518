import type { RunDetail } from './api'

export interface StreamProgress {
  stream: string
  items: number
  state: 'waiting' | 'reading' | 'done'
  /** Share read, 0 to 1; null where the provider does not tell how much there is. */
  share: number | null
}

/** How far each stream of a run is, by name, so that nothing moves while one looks at it. */
export function streamsOf(run: Pick<RunDetail, 'progress' | 'items' | 'status'>): StreamProgress[] {
  const known = new Map(run.progress.map((each) => [each.stream, each]))
  const names = [...new Set([...known.keys(), ...Object.keys(run.items)])]
  const isOver = !['running', 'waiting'].includes(run.status)
  return names
    .map((stream): StreamProgress => {
      const each = known.get(stream)
      const items = each?.items || Number(run.items[stream] ?? 0)
      const isDone = each?.done || (isOver && run.status !== 'failed')
      const state = isDone ? 'done' : items > 0 || (each?.pages ?? 0) > 0 ? 'reading' : 'waiting'
      return { stream, items, state, share: isDone ? 1 : (each?.share ?? null) }
    })
    .sort((a, b) => a.stream.localeCompare(b.stream))
}

/** Items read a minute since a run began, rounded; null in its first seconds, when that would say nothing. */
export function ratePerMinute(items: number, startedAt: string, now: number): number | null {
  const seconds = (now - Date.parse(startedAt)) / 1000
  if (seconds < 3 || items === 0) return null
  return Math.round((items / seconds) * 60)
}

/** How long a run took, or takes so far, in whole seconds. */
export function secondsOf(run: { started_at: string; finished_at: string | null }, now: number): number {
  const end = run.finished_at ? Date.parse(run.finished_at) : now
  return Math.max(0, Math.round((end - Date.parse(run.started_at)) / 1000))
}

/** Records by what became of them, over all entities. */
export function totalsOf(
  counts: RunDetail['counts'],
): Record<'inserted' | 'changed' | 'deleted' | 'unchanged', number> {
  const totals = { inserted: 0, changed: 0, deleted: 0, unchanged: 0 }
  for (const each of Object.values(counts as Record<string, Partial<typeof totals>>)) {
    for (const what of Object.keys(totals) as (keyof typeof totals)[]) totals[what] += each[what] ?? 0
  }
  return totals
}
