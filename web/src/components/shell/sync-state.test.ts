import { expect, test } from 'vitest'
import { standingOf } from './sync-state'

type Connection = Parameters<typeof standingOf>[0][number]

const connection = (
  status: Connection['status'],
  last_run_at: string | null = null,
  is_under_way = false,
): Connection => ({
  status,
  last_run_at,
  sync: { is_under_way, newest_run: null, next_run_at: null, records: {}, ties_out: null },
})
const EARLY = '2026-11-22T09:00:00Z'
const LATE = '2026-11-22T10:00:00+02:00'

test.each<[string, Connection[], ReturnType<typeof standingOf>]>([
  ['nothing', [], { state: 'none', tone: 'neutral' }],
  [
    'paused and gone ones',
    [connection('paused', EARLY), connection('disconnected', EARLY)],
    { state: 'none', tone: 'neutral' },
  ],
  ['one never read', [connection('ready')], { state: 'waiting', tone: 'neutral' }],
  [
    'the oldest of two by the clock, not by the letters',
    [connection('ready', EARLY), connection('ready', LATE)],
    { state: 'synced', tone: 'positive', at: LATE },
  ],
  [
    'one under way',
    [connection('ready', EARLY), connection('ready', EARLY, true)],
    { state: 'syncing', tone: 'accent' },
  ],
  [
    'a failed one, whatever the others do',
    [connection('ready', EARLY, true), connection('needs_reconnect', EARLY)],
    { state: 'failed', tone: 'negative', count: 1 },
  ],
])('%s', (_, connections, expected) => {
  expect(standingOf(connections)).toEqual(expected)
})
