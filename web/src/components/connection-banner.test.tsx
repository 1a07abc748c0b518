import { screen, waitFor } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { session, standInForHub } from '@/test/hub'
import { answer, renderPage } from '@/test/render'
import { ConnectionBanner } from './connection-banner'

let path = '/'
vi.mock('@/lib/nav', () => ({ Link: (props: object) => <a {...props} />, usePathname: () => path }))
afterEach(() => {
  vi.unstubAllGlobals()
  path = '/'
})

const connection = (
  id: string,
  status: string,
  last_run_at: string | null = '2026-03-31T09:00:00+00:00',
) => ({
  id,
  name: `Books ${id}`,
  status,
  last_run_at,
})

function open(items: object[], role: 'admin' | 'viewer' = 'admin', props: { connectionId?: string } = {}) {
  const hub = standInForHub({
    'GET /api/session': answer(session({ role })),
    'GET /api/connections': answer({ items }),
  })
  renderPage(<ConnectionBanner {...props} />)
  return hub
}

test('a connection that is not read any more is named on every page, with the way to mend it', async () => {
  open([connection('a', 'ready'), connection('b', 'needs_reconnect'), connection('c', 'needs_attention')])
  expect(await screen.findByText(/Books b has to be reconnected/)).toBeVisible()
  expect(screen.getByText(/Books c needs attention/)).toBeVisible()
  expect(screen.queryByText(/Books a/)).toBeNull()
  expect(screen.getByRole('link', { name: 'Reconnect' })).toHaveAttribute(
    'href',
    '/connections/view/?id=b&connect=again',
  )
})

test('what was never read has no figures to warn of', async () => {
  const hub = open([connection('a', 'needs_attention', null)])
  await waitFor(() => expect(hub.asked.map(({ request }) => request)).toContain('GET /api/connections'))
  expect(screen.queryByRole('status')).toBeNull()
})

test('a page of one source names that one alone', async () => {
  open([connection('a', 'needs_reconnect'), connection('b', 'needs_reconnect')], 'admin', {
    connectionId: 'b',
  })
  expect(await screen.findByText(/Books b/)).toBeVisible()
  expect(screen.queryByText(/Books a/)).toBeNull()
})

test('who may not reconnect is not led to it', async () => {
  open([connection('a', 'needs_reconnect')], 'viewer')
  expect(await screen.findByRole('link', { name: 'Open' })).toHaveAttribute('href', '/connections/view/?id=a')
})

test('the pages of connections say it themselves', async () => {
  path = '/connections/'
  const hub = open([connection('a', 'needs_reconnect')])
  await waitFor(() => expect(hub.asked.length).toBeGreaterThan(0))
  expect(hub.asked.map(({ request }) => request)).toEqual(['GET /api/session'])
})
