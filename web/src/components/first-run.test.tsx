import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, describe, expect, it, test, vi } from 'vitest'
import type { components } from '@/lib/schema'
import { session, standInForHub } from '@/test/hub'
import { answer, renderPage } from '@/test/render'
import { FirstRun, firstRunOf } from './first-run'

vi.mock('@/lib/nav', () => ({ Link: (props: object) => <a {...props} /> }))
afterEach(() => {
  vi.unstubAllGlobals()
  localStorage.clear()
})

type Connection = components['schemas']['Connection']

const connection = (status: Connection['status'], invoice = 0) =>
  ({
    id: 'c1',
    name: 'Books',
    status,
    auth_method: 'oauth2',
    sync: { newest_run: null, is_under_way: false, next_run_at: null, records: { invoice }, ties_out: null },
  }) as unknown as Connection

const steps = (...asked: Parameters<typeof firstRunOf>) => {
  const { connect, sync, forecast } = firstRunOf(...asked)
  return [connect, sync, forecast]
}

describe('how far a new tenant is', () => {
  it('goes from nothing to a forecast', () => {
    expect(steps([], null, false)).toEqual(['current', 'later', 'later'])
    expect(steps([connection('pending')], null, false)).toEqual(['current', 'later', 'later'])
    expect(steps([connection('ready')], null, false)).toEqual(['done', 'current', 'later'])
    expect(steps([connection('ready', 40)], { state: 'running' }, false)).toEqual(['done', 'done', 'current'])
    expect(steps([connection('ready', 40)], { state: 'done' }, false)).toEqual(['done', 'done', 'done'])
  })

  it('says where it is stuck', () => {
    expect(steps([connection('choose_account')], null, false)).toEqual(['trouble', 'later', 'later'])
    expect(steps([connection('ready', 40)], { state: 'dead' }, false)).toEqual(['done', 'done', 'trouble'])
  })

  it('does not count what was disconnected', () => {
    expect(steps([connection('disconnected', 40)], null, false)).toEqual(['current', 'later', 'later'])
  })
})

function open(role: 'admin' | 'viewer' = 'admin', hasForecast: boolean | undefined = false) {
  const hub = standInForHub({
    'GET /api/session': answer(session({ role })),
    'GET /api/connections': answer({ items: [] }),
    'GET /api/jobs': answer({ items: [] }),
  })
  renderPage(<FirstRun hasForecast={hasForecast} />)
  return hub
}

test('the first step leads to the connections or to an import', async () => {
  open()
  expect(await screen.findByText('0 of 3 steps done')).toBeVisible()
  expect(screen.getByRole('link', { name: 'Connect' })).toHaveAttribute('href', '/connections/')
  expect(screen.getByRole('link', { name: 'Import a file' })).toHaveAttribute('href', '/connections/import/')
})

test('who may only look is told whom to ask', async () => {
  open('viewer')
  expect(await screen.findByText('An admin of your company can connect the accounting system.')).toBeVisible()
  expect(screen.queryByRole('link')).toBeNull()
})

test('it can be hidden, and stays so', async () => {
  open()
  await userEvent.click(await screen.findByRole('button', { name: 'Hide this guide' }))
  await waitFor(() => expect(screen.queryByText('0 of 3 steps done')).toBeNull())
  expect(localStorage.getItem('paypredict.first-run')).toContain('acme')
})

test('where there is a forecast nothing is asked and nothing shown', async () => {
  const hub = open('admin', true)
  await waitFor(() => expect(hub.asked.length).toBeGreaterThan(0))
  expect(hub.asked.map(({ request }) => request)).toEqual(['GET /api/session'])
})
