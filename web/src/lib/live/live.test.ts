import { QueryClient } from '@tanstack/react-query'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { askAnew } from './index'
import { type News, isUnder, readNews, touchedBy } from './news'
import { listen } from './source'

class Stream {
  static readonly CLOSED = 2
  static opened: Stream[] = []
  readyState = 0
  onmessage: ((message: { data: string }) => void) | null = null
  onerror: (() => void) | null = null
  constructor(readonly address: string) {
    Stream.opened.push(this)
  }
  say(news: object) {
    this.readyState = 1
    this.onmessage?.({ data: JSON.stringify(news) })
  }
  breakOff() {
    this.readyState = 0
    this.onerror?.()
  }
  refuse() {
    this.readyState = 2
    this.onerror?.()
  }
  close() {
    this.readyState = 2
  }
}

/** The locks of one browser: whoever asks first has it until what it does is done. */
class Locks {
  private turn: Promise<void> = Promise.resolve()
  request = async (_: string, { signal }: { signal: AbortSignal }, hold: () => Promise<void>) => {
    const before = this.turn
    let done = () => {}
    this.turn = new Promise((resolve) => (done = resolve))
    await Promise.race([before, new Promise((resolve) => signal.addEventListener('abort', resolve))])
    try {
      if (!signal.aborted) await hold()
      else throw new DOMException('', 'AbortError')
    } finally {
      done()
    }
  }
}

const stops: (() => void)[] = []
const newest = () => Stream.opened.at(-1)!

function follow(): News[] {
  const told: News[] = []
  stops.push(listen((news) => told.push(news)))
  return told
}

function look(state: 'visible' | 'hidden') {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state)
  document.dispatchEvent(new Event('visibilitychange'))
}

beforeEach(() => {
  vi.useFakeTimers()
  Stream.opened = []
  vi.stubGlobal('EventSource', Stream)
  vi.stubGlobal('navigator', { locks: new Locks() })
})

afterEach(() => {
  stops.splice(0).forEach((stop) => stop())
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('a stream', () => {
  it('tells what happens, and nothing anew for what the page has just loaded', async () => {
    const told = follow()
    await vi.advanceTimersByTimeAsync(0)
    expect(newest().address).toBe('/api/events')
    newest().say({ kind: 'open' })
    newest().say({ kind: 'notice' })
    expect(told).toEqual([{ kind: 'notice' }])
  })

  it('is followed by a look at everything after a gap', async () => {
    const told = follow()
    await vi.advanceTimersByTimeAsync(20_000)
    newest().breakOff()
    newest().say({ kind: 'open' })
    expect(told).toEqual([{ kind: 'anew' }])
  })

  it('is asked for again, later and later, when it is refused; meanwhile everything is asked for', async () => {
    const told = follow()
    await vi.advanceTimersByTimeAsync(0)
    newest().refuse()
    await vi.advanceTimersByTimeAsync(5_000)
    expect(Stream.opened).toHaveLength(2)
    newest().refuse()
    await vi.advanceTimersByTimeAsync(9_000)
    expect(Stream.opened).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(Stream.opened).toHaveLength(3)
    expect(told).toEqual([])
    await vi.advanceTimersByTimeAsync(50_000)
    expect(told).toEqual([{ kind: 'anew' }])
    newest().say({ kind: 'open' })
    const soFar = told.length
    await vi.advanceTimersByTimeAsync(200_000)
    expect(told).toHaveLength(soFar)
  })

  it('that is refused after it was open makes the page ask at once, for the session may be over', async () => {
    const told = follow()
    await vi.advanceTimersByTimeAsync(0)
    newest().say({ kind: 'open' })
    newest().refuse()
    expect(told).toEqual([{ kind: 'anew' }])
  })

  it('is let go while nobody looks, and had again with a look at everything', async () => {
    const told = follow()
    await vi.advanceTimersByTimeAsync(0)
    newest().say({ kind: 'open' })
    look('hidden')
    await vi.advanceTimersByTimeAsync(29_000)
    expect(newest().readyState).toBe(1)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(newest().readyState).toBe(Stream.CLOSED)
    look('visible')
    await vi.advanceTimersByTimeAsync(0)
    expect(Stream.opened).toHaveLength(2)
    expect(told).toEqual([{ kind: 'anew' }])
  })

  it('is let go when nobody has touched the page for half an hour', async () => {
    follow()
    await vi.advanceTimersByTimeAsync(29 * 60_000)
    window.dispatchEvent(new Event('pointerdown'))
    await vi.advanceTimersByTimeAsync(29 * 60_000)
    expect(newest().readyState).not.toBe(Stream.CLOSED)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(newest().readyState).toBe(Stream.CLOSED)
    window.dispatchEvent(new Event('keydown'))
    await vi.advanceTimersByTimeAsync(0)
    expect(Stream.opened).toHaveLength(2)
  })

  it('is held by one tab, which tells the others; the next takes over', async () => {
    vi.useRealTimers()
    const first = follow()
    const second = follow()
    await vi.waitFor(() => expect(Stream.opened).toHaveLength(1))
    newest().say({ kind: 'notice' })
    await vi.waitFor(() => expect(second).toEqual([{ kind: 'notice' }]))
    expect(first).toEqual([{ kind: 'notice' }])
    stops.shift()!()
    await vi.waitFor(() => expect(Stream.opened).toHaveLength(2))
  })
})

it('without locks everything is asked for anew once a minute', async () => {
  vi.stubGlobal('navigator', {})
  const told = follow()
  await vi.advanceTimersByTimeAsync(120_000)
  expect(Stream.opened).toHaveLength(0)
  expect(told).toHaveLength(2)
})

describe('what is asked for anew', () => {
  const keys = [
    '/api/invoices',
    '/api/invoices/{invoice_id}',
    '/api/invoicesque',
    '/api/jobs',
    '/api/session',
  ]

  function kept() {
    const queryClient = new QueryClient()
    for (const address of keys) queryClient.setQueryData(['get', address, {}], {})
    queryClient.setQueryData(['own'], {})
    const stale = () =>
      queryClient
        .getQueryCache()
        .getAll()
        .filter(({ state }) => state.isInvalidated)
        .map(({ queryKey }) => queryKey[1])
    const rounds = askAnew(queryClient)
    stops.push(rounds.stop)
    return { ...rounds, stale }
  }

  it('is what the news touch, by address', () => {
    const { told, stale } = kept()
    told({ kind: 'forecasts-ready' })
    expect(stale()).toEqual(['/api/invoices', '/api/invoices/{invoice_id}'])
  })

  it('is all but the session after a gap', () => {
    const { told, stale } = kept()
    told({ kind: 'anew' })
    expect(stale()).toEqual(keys.slice(0, -1))
  })

  it('comes in rounds', async () => {
    const { told, stale } = kept()
    told({ kind: 'notice' })
    told({ kind: 'job', work: 'sync.run' })
    expect(stale()).toEqual([])
    await vi.advanceTimersByTimeAsync(1_000)
    expect(stale()).toEqual(['/api/jobs'])
  })

  it('waits until the page is visible', () => {
    const { told, stale } = kept()
    look('hidden')
    told({ kind: 'job' })
    expect(stale()).toEqual([])
    look('visible')
    expect(stale()).toEqual(['/api/jobs'])
  })

  it('is disputes and all that shows them for a dispute that changed', () => {
    const touched = touchedBy({ kind: 'dispute-changed' }) ?? []
    for (const address of [
      '/api/disputes/{dispute_id}',
      '/api/adjustments',
      '/api/invoices',
      '/api/overview',
    ]) {
      expect(isUnder(address, touched)).toBe(true)
    }
    expect(touchedBy({ kind: 'job', work: 'disputes.learn' })).toContain('/api/dispute-classifiers')
    expect(touchedBy({ kind: 'job' })).toEqual(['/api/jobs'])
  })

  it('is nothing for news that this page does not know', () => {
    expect(touchedBy({ kind: 'something-new' })).toEqual([])
    expect(touchedBy({ kind: 'written' })).toEqual([])
    expect(readNews('not json')).toBeNull()
    expect(readNews('[]')).toBeNull()
    expect(isUnder('/api/invoicesque', ['/api/invoices'])).toBe(false)
  })
})
