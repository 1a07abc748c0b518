import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { problem, session, standInForHub } from '@/test/hub'
import { answer, renderPage } from '@/test/render'
import type { ReminderInsights } from './api'
import { ReminderInsightsPage } from './insights-page'

vi.mock('next/navigation', () => ({
  useRouter: () => ({ push: vi.fn() }),
  usePathname: () => '/reminders/insights/',
}))
afterEach(() => vi.unstubAllGlobals())

const arm = (
  name: 'reminded' | 'held_back',
  invoices: number,
): ReminderInsights['uplift']['arms'][number] => ({
  arm: name,
  invoices,
  customers: 20,
  days_open: 12.5,
  paid_within: [{ days: 7, p_paid: 0.25 }],
})
const figures = { delivered: 180, bounced: 10, complained: 1, replied: 30 }
const insights = (different: Partial<ReminderInsights> = {}): ReminderInsights => ({
  sent: 200,
  ...figures,
  from: '2025-12-01',
  to: '2026-11-28',
  paid_within: [
    { days: 7, invoices: 180, paid: 60, p_paid: 0.333 },
    { days: 30, invoices: 150, paid: 105, p_paid: 0.7 },
  ],
  promises: { kept: 3, partly_kept: 0, broken: 1, p_kept: 0.75 },
  months: [{ month: '2026-11-01', sent: 200, bounced: 10, replied: 30 }],
  stages: [
    { stage: 1, sent: 150, ...figures },
    { stage: null, sent: 50, ...figures },
  ],
  uplift: {
    days_gained: 2.4,
    low: 0.9,
    high: 3.9,
    is_clear: true,
    why: 'Reminders bring payment forward.',
    arms: [arm('reminded', 400), arm('held_back', 40)],
  },
  ...different,
})

function open(given: ReminderInsights | Response = insights(), searchParams = '') {
  const addresses: string[] = []
  const hub = standInForHub({
    'GET /api/session': answer(session({ role: 'viewer' })),
    'GET /api/insights/reminders': given instanceof Response ? given : answer(given),
  })
  renderPage(<ReminderInsightsPage />, {
    searchParams,
    onUrlUpdate: ({ queryString }) => addresses.push(queryString),
  })
  return { ...hub, addresses }
}

test('what was sent, what became of it, and how sure it is that it helped', async () => {
  open()
  expect(await screen.findByRole('region', { name: 'Delivered' })).toHaveTextContent('90%')
  expect(screen.getByRole('region', { name: 'Promises kept' })).toHaveTextContent('75%')
  expect(screen.getByRole('region', { name: 'Promises kept' })).toHaveTextContent('3 of 4 that came due')
  expect(screen.getByText('2.4 days')).toBeInTheDocument()
  expect(screen.getByText('between 0.9 and 3.9 days, 95% interval')).toBeInTheDocument()
  const compared = screen.getByRole('table', { name: 'Days gained' })
  expect(within(compared).getByRole('row', { name: /Held back by lot/ })).toHaveTextContent('40')
  expect(screen.getByText(/70% of 150 invoices were paid within 30 days\./)).toBeInTheDocument()
})

test('where there is not enough to tell, that is said, and no figure is made up', async () => {
  open(
    insights({
      uplift: {
        days_gained: null,
        low: null,
        high: null,
        is_clear: false,
        why: 'No invoices were held back.',
        arms: [arm('reminded', 0), arm('held_back', 0)],
      },
    }),
  )
  expect(await screen.findByText('No invoices were held back.')).toBeInTheDocument()
  expect(screen.queryByText(/95% interval/)).toBeNull()
  expect(screen.queryByRole('table', { name: 'Days gained' })).toBeNull()
})

test('the period is in the address, and another one is asked for', async () => {
  const { asked, addresses } = open(insights(), '?months=3')
  await screen.findByText('2.4 days')
  const searches = () =>
    asked.filter(({ request }) => request === 'GET /api/insights/reminders').map(({ search }) => search)
  expect(searches()).toEqual(['?months=3'])
  await userEvent.click(screen.getByRole('combobox', { name: 'Period' }))
  await userEvent.click(await screen.findByRole('option', { name: 'Last 6 months' }))
  await waitFor(() => expect(searches().at(-1)).toBe('?months=6'))
  expect(addresses.at(-1)).toBe('?months=6')
})

test('before anything was sent there are no figures', async () => {
  open(insights({ sent: 0 }))
  expect(await screen.findByText('No reminder was sent')).toBeInTheDocument()
})

test('a failure is said', async () => {
  open(problem(500, 'internal', 'It broke.'))
  expect(await screen.findByText('It broke.')).toBeInTheDocument()
})
