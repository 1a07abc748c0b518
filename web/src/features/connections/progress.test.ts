import { describe, expect, it } from 'vitest'
import { ratePerMinute, secondsOf, streamsOf, totalsOf } from './progress'

const stream = (name: string, items: number, pages: number, done = false, share: number | null = null) => ({
  stream: name,
  items,
  pages,
  done,
  share,
})

describe('how far a run is', () => {
  it('says of each stream whether it is done, read or waits', () => {
    const run = {
      status: 'running' as const,
      items: { payments: 0, invoices: 500, customers: 160 },
      progress: [
        stream('customers', 160, 2, true, 1),
        stream('invoices', 500, 5, false, 0.4),
        stream('payments', 0, 0),
      ],
    }
    expect(streamsOf(run)).toEqual([
      { stream: 'customers', items: 160, state: 'done', share: 1 },
      { stream: 'invoices', items: 500, state: 'reading', share: 0.4 },
      { stream: 'payments', items: 0, state: 'waiting', share: null },
    ])
  })

  it('knows a run of before streams were followed by its items', () => {
    expect(streamsOf({ status: 'ok', items: { rows: 12 }, progress: [] })).toEqual([
      { stream: 'rows', items: 12, state: 'done', share: 1 },
    ])
  })

  it('does not call a stream done that a failed run has left', () => {
    expect(
      streamsOf({ status: 'failed', items: { rows: 12 }, progress: [stream('rows', 12, 1)] })[0]?.state,
    ).toBe('reading')
  })

  it('has a rate only once there is time to tell', () => {
    const began = '2026-11-27T10:00:00Z'
    const after = (seconds: number) => Date.parse(began) + seconds * 1000
    expect([
      ratePerMinute(50, began, after(1)),
      ratePerMinute(0, began, after(60)),
      ratePerMinute(300, began, after(90)),
    ]).toEqual([null, null, 200])
    expect(secondsOf({ started_at: began, finished_at: null }, after(61.4))).toBe(61)
    expect(secondsOf({ started_at: began, finished_at: '2026-11-27T10:00:05Z' }, after(61))).toBe(5)
  })

  it('adds up what became of records', () => {
    const counts = {
      invoice: { inserted: 2, changed: 1, unchanged: 5, deleted: 0 },
      payment: { inserted: 1 },
    }
    expect(totalsOf(counts)).toEqual({ inserted: 3, changed: 1, deleted: 0, unchanged: 5 })
  })
})
