import { screen, within } from '@testing-library/react'
import { expect, test, vi } from 'vitest'
import type * as Nav from '@/lib/nav'
import { answer, renderPage } from '@/test/render'
import type { Overview as OverviewDocument } from './api'
import { euros, overview } from './fixtures'
import { Overview } from './overview'

vi.mock('@/lib/nav', async (original) => ({
  ...(await original<typeof Nav>()),
  usePathname: () => '/',
}))

function open(document: OverviewDocument | Response, searchParams = '') {
  const asked: string[] = []
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (request) => {
    const { pathname } = new URL((request as Request).url)
    asked.push(pathname)
    if (pathname === '/api/overview')
      return document instanceof Response ? document.clone() : answer(document)
    if (pathname === '/api/session')
      return answer({
        user: { id: 'u', email: 'a@b.example', name: 'A' },
        tenant: { key: 'demo', name: 'Demo' },
        role: 'admin',
        is_operator: false,
        tenants: [],
        csrf_token: 't',
        expires_at: null,
      })
    return answer({ items: [], next_cursor: null })
  })
  renderPage(<Overview />, { searchParams })
  return asked
}

test('the figures of one currency, each with what it is held against', async () => {
  open(overview)
  const overdue = await screen.findByRole('region', { name: 'Overdue' })
  expect(overdue).toHaveTextContent('€250')
  expect(overdue).toHaveTextContent('25% of open · down €50 in 30 days')
  expect(screen.getByRole('region', { name: 'DSO' })).toHaveTextContent(
    '40 days2.5 days less than in Nov 2025',
  )
  expect(screen.getByRole('region', { name: 'Expected in 4 weeks' })).toHaveTextContent(
    '€600€400–€800 in 80% of cases',
  )
  expect(screen.getByText('As of Nov 27, 2026 · model 6, xgboost_hazard 1.0.0')).toBeVisible()
})

test('it asks the hub for one document of its own', async () => {
  const asked = open(overview)
  await screen.findByRole('region', { name: 'Overdue' })
  expect(asked.filter((path) => path !== '/api/session')).toEqual(['/api/overview'])
})

test('an age leads to its invoices; an empty one leads nowhere', async () => {
  open(overview)
  const bars = within(await screen.findByRole('figure', { name: /Aging/ }))
  expect(bars.getByRole('link', { name: /1–30/ })).toHaveAttribute(
    'href',
    expect.stringMatching(/^\/invoices\/?\?bucket=1-30&currency=EUR$/),
  )
  expect(bars.queryByRole('link', { name: /61–90/ })).not.toBeInTheDocument()
})

test('two currencies are never summed: one is shown, and the address says which', async () => {
  const dollars = { ...euros, currency: 'USD', open: '77.0000' }
  open({ ...overview, currencies: [euros, dollars] }, '?currency=USD')
  expect(await screen.findByRole('region', { name: 'Open receivables' })).toHaveTextContent('$77')
  expect(screen.getByRole('combobox', { name: 'Currency' })).toHaveTextContent('USD')
})

test('a forecast by a rule of thumb is called that', async () => {
  open({ ...overview, forecast: { ...overview.forecast!, model: 'naive' } })
  expect(await screen.findByText('Rule-based estimate')).toBeVisible()
})

test('an old forecast is said to be old', async () => {
  open({ ...overview, forecast: { ...overview.forecast!, as_of: '2026-11-20' } })
  expect(await screen.findByText(/The forecast is of Nov 20, 2026/)).toBeVisible()
})

test('what needs a person is listed with the way there', async () => {
  const run = {
    connection_id: 'c1',
    plugin: 'quickbooks',
    name: 'Acme Books',
    run_id: 'r1',
    status: 'failed',
    reason: 'The provider did not answer.',
    rejected: 0,
    at: '2026-11-27T03:00:00+00:00',
  }
  const disputes = { unresolved: 9, late: 2, check: 1, unassigned: 0 }
  const reminders = { to_approve: 24, uncertain: 1, failed: 0 }
  const attention = { notices: [], runs: [run], disputes, reminders, promises: { broken: 3 } }
  open({ ...overview, attention })
  const list = await screen.findByRole('region', { name: 'Needs attention' })
  expect(list).toHaveTextContent('2 disputes are past their due date.')
  expect(within(list).getByRole('link', { name: 'Show: Reasons to check' })).toHaveAttribute(
    'href',
    expect.stringMatching(/^\/disputes\/?\?tab=check$/),
  )
  expect(list).toHaveTextContent('24 reminders wait for approval.')
  expect(list).toHaveTextContent('Of 1 reminder nobody knows whether it went out.')
  expect(list).toHaveTextContent('3 promises to pay were not kept this week.')
  expect(list).not.toHaveTextContent('Reminders failed')
  expect(within(list).getByRole('link', { name: 'Show: Reminders uncertain' })).toHaveAttribute(
    'href',
    expect.stringMatching(/^\/reminders\/?\?tab=failed$/),
  )
  expect(list).toHaveTextContent('Sync failed')
  expect(list).toHaveTextContent('Acme BooksThe provider did not answer.')
  expect(within(list).getByRole('link', { name: 'Show: Acme Books' })).toHaveAttribute(
    'href',
    expect.stringMatching(/^\/connections\/view\/?\?id=c1$/),
  )
})

test('a new tenant is led to its first figures', async () => {
  open({
    ...overview,
    currencies: [],
    forecast: null,
    progress: { connections: 0, last_synced_at: null, has_invoices: false, has_forecast: false },
  })
  expect(await screen.findByText('No figures yet')).toBeVisible()
  expect(screen.queryByRole('figure')).not.toBeInTheDocument()
})

test('a failure says what the hub said, with the id to find it by', async () => {
  open(
    answer(
      { title: 'Not allowed', detail: 'This needs the role viewer.', code: 'forbidden', request_id: 'r-17' },
      403,
    ),
  )
  expect(await screen.findByRole('alert')).toHaveTextContent('This needs the role viewer.')
  expect(screen.getByRole('alert')).toHaveTextContent('r-17')
})
