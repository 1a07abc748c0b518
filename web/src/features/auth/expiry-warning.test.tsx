import { act, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { api } from '@/lib/api'
import { session, standInForHub } from '@/test/hub'
import { answer, renderPage } from '@/test/render'
import { ExpiryWarning } from './expiry-warning'

const NOW = new Date('2026-11-27T12:00:00Z')
const minutes = (count: number) => count * 60_000
const inMinutes = (count: number) => new Date(NOW.getTime() + minutes(count)).toISOString()

beforeEach(() => {
  vi.useFakeTimers({ now: NOW })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const pass = (milliseconds: number) => act(() => vi.advanceTimersByTimeAsync(milliseconds))

test('two minutes before the end people are told, and not earlier', async () => {
  renderPage(<ExpiryWarning expiresAt={inMinutes(10)} idleMinutes={null} />)
  await pass(minutes(8) - 1000)
  expect(screen.queryByRole('alertdialog')).not.toBeInTheDocument()
  await pass(1000)
  expect(screen.getByRole('alertdialog')).toHaveTextContent('Your session is about to end')
  expect(screen.getByRole('timer')).toHaveTextContent('2:00 left')
  await pass(30_000)
  expect(screen.getByRole('timer')).toHaveTextContent('1:30 left')
  // It ends in any case: there is nothing to extend.
  expect(screen.queryByRole('button', { name: 'Stay signed in' })).not.toBeInTheDocument()
})

test('an idle session goes on when its person says so', async () => {
  const hub = standInForHub({ 'GET /api/session': answer(session({ idle_minutes: 30 })) })
  renderPage(<OfSession />)
  await pass(1000)
  await pass(minutes(28))
  expect(screen.getByRole('alertdialog')).toHaveTextContent('Nothing has happened for a while.')
  act(() => screen.getByRole('button', { name: 'Stay signed in' }).click())
  await pass(1000)
  expect(hub.asked.map(({ request }) => request)).toEqual(['GET /api/session', 'GET /api/session'])
  expect(screen.queryByRole('alertdialog')).not.toBeInTheDocument()
})

test('when the time is over the hub is asked, since another tab may have gone on', async () => {
  const hub = standInForHub({ 'GET /api/session': answer(session({ idle_minutes: 30 })) })
  renderPage(<OfSession />)
  await pass(1000)
  await pass(minutes(30) + 1000)
  expect(hub.asked).toHaveLength(2)
  expect(screen.queryByRole('alertdialog')).not.toBeInTheDocument()
})

/** The warning as the guard of the pages shows it. */
function OfSession() {
  const { data } = api.useQuery('get', '/api/session')
  return data ? <ExpiryWarning expiresAt={data.expires_at} idleMinutes={data.idle_minutes} /> : null
}

test('a session that no timer of the browser’s reaches warns nobody', async () => {
  renderPage(<ExpiryWarning expiresAt={inMinutes(60 * 24 * 60)} idleMinutes={null} />)
  await pass(minutes(60))
  expect(screen.queryByRole('alertdialog')).not.toBeInTheDocument()
})
