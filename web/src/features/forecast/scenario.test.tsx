import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'
import type * as Nav from '@/lib/nav'
import { answer, renderPage } from '@/test/render'
import { ForecastPage } from './page'

vi.mock('@/lib/nav', async (original) => ({
  ...(await original<typeof Nav>()),
  usePathname: () => '/forecast/',
}))

const week = { starts_on: '2026-11-23', ends_on: '2026-11-29', week: '2026-11-23' }
const flow = {
  as_of: '2026-11-27',
  made_at: '2026-11-27T04:00:00+00:00',
  model: 'naive',
  model_number: 1,
  model_version: '1.0.0',
  by: 'week',
  covers: 'Invoices issued by as_of; new business is not included.',
  currencies: [
    {
      currency: 'EUR',
      four_weeks: { expected: '600.00', p10: '400.00', p90: '800.00' },
      forecast: [{ ...week, expected: '150.00', p10: '90.00', p50: '140.00', p90: '260.00' }],
      actual: [],
    },
  ],
}
const compared = {
  as_of: '2026-11-27',
  made_at: '2026-11-27T04:00:00+00:00',
  by: 'week',
  scenarios: [
    {
      name: 'What-if',
      assumes: ['12 open invoices due 14 days later, and paid as many days after due as was forecast.'],
      currencies: [
        {
          currency: 'EUR',
          periods: [
            {
              starts_on: week.starts_on,
              ends_on: week.ends_on,
              base: { expected: '150.00', p10: '90.00', p50: '140.00', p90: '260.00' },
              scenario: { expected: '50.00', p10: '10.00', p50: '45.00', p90: '90.00' },
              difference: { expected: '-100.00', p10: '-180.00', p50: '-95.00', p90: '-60.00' },
            },
          ],
        },
      ],
    },
  ],
}

const ACME = '018f3a52-6c1e-8d5b-9a4e-3d1c2b7f9e10'

function open(role = 'member', scenarios: () => Response = () => answer(compared)) {
  const sent: unknown[] = []
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const request = input as Request
    const { pathname } = new URL(request.url)
    if (pathname === '/api/cashflow') return answer(flow)
    if (pathname === '/api/session')
      return answer({
        user: { id: 'u', email: 'a@b.example', name: 'A' },
        tenant: { key: 'demo', name: 'Demo' },
        role,
        is_operator: false,
        tenants: [],
        csrf_token: 't',
        expires_at: null,
      })
    if (pathname === '/api/cashflow/scenarios') {
      sent.push(await request.json())
      return scenarios()
    }
    if (pathname === '/api/customers')
      return answer({ items: [{ id: ACME, name: 'Acme GmbH', country: 'DE' }] })
    return answer({ items: [], next_cursor: null })
  })
  renderPage(<ForecastPage />)
  return sent
}

async function add(kind: string) {
  const user = userEvent.setup()
  await user.click(await screen.findByRole('button', { name: 'Add change' }))
  await user.click(await screen.findByRole('menuitem', { name: kind }))
  return user
}

test('a change of terms is compared with the forecast, and the difference is said and tabled', async () => {
  const sent = open()
  const user = await add('Payment terms change')
  await user.click(screen.getByRole('button', { name: 'Compare' }))
  expect(await screen.findByText(/12 open invoices due 14 days later/)).toBeVisible()
  expect(sent).toEqual([
    { by: 'week', horizon: 13, scenarios: [{ name: 'What-if', changes: [{ kind: 'terms', days: 14 }] }] },
  ])
  const row = within(screen.getByRole('region', { name: 'By period' })).getByRole('row', { name: /Nov 23/ })
  expect(row).toHaveTextContent('45.00')
  expect(row).toHaveTextContent('\u2212100.00')
})

test('what is missing is said at its field, and the hub is not asked', async () => {
  const sent = open()
  const user = await add('A customer stops paying')
  await user.click(screen.getByRole('button', { name: 'Compare' }))
  expect(await screen.findByText('Choose a customer.')).toBeVisible()
  expect(sent).toEqual([])
})

test('an invoice that is added goes out with its customer, exact amount and days', async () => {
  const sent = open()
  const user = await add('A large invoice is added')
  await user.click(screen.getByRole('combobox', { name: 'Customer' }))
  await user.click(await screen.findByRole('option', { name: /Acme GmbH/ }))
  await user.type(screen.getByRole('textbox', { name: 'Amount' }), '90000.50')
  await user.click(screen.getByRole('button', { name: 'Compare' }))
  await waitFor(() => expect(sent).toHaveLength(1))
  expect(sent[0]).toMatchObject({
    scenarios: [
      {
        changes: [
          {
            kind: 'new_invoice',
            customer_id: ACME,
            currency: 'EUR',
            amount: '90000.50',
            issued_on: '2026-11-27',
            due_on: '2026-12-27',
          },
        ],
      },
    ],
  })
})

test('several changes are supposed together; taking one out asks anew for the rest', async () => {
  const sent = open()
  let user = await add('Payment terms change')
  user = await add('Collection push')
  await user.click(screen.getByRole('button', { name: 'Compare' }))
  await waitFor(() => expect(sent).toHaveLength(1))
  await user.click(screen.getByRole('button', { name: 'Remove: Payment terms change' }))
  await user.click(screen.getByRole('button', { name: 'Compare' }))
  await waitFor(() => expect(sent).toHaveLength(2))
  const changesOf = (body: unknown) => (body as { scenarios: { changes: unknown[] }[] }).scenarios[0]!.changes
  expect(changesOf(sent[0])).toHaveLength(2)
  expect(changesOf(sent[1])).toEqual([{ kind: 'collection_push', days: 7, share: 0.5 }])
})

test('what is added after a comparison is not called wrong before it is filled in', async () => {
  const sent = open()
  const user = await add('Payment terms change')
  await user.click(screen.getByRole('button', { name: 'Compare' }))
  await waitFor(() => expect(sent).toHaveLength(1))
  await add('A customer stops paying')
  expect(await screen.findByRole('group', { name: 'A customer stops paying' })).toBeVisible()
  expect(screen.queryByText('Choose a customer.')).not.toBeInTheDocument()
})

test('what the hub refuses is said, and clearing takes it away', async () => {
  const detail = 'No invoice is open in the newest forecast that this change is about.'
  open('member', () => answer({ title: 'Cannot be used', detail, code: 'invalid', request_id: 'r-1' }, 422))
  const user = await add('Payment terms change')
  await user.click(screen.getByRole('button', { name: 'Compare' }))
  expect(await screen.findByRole('alert')).toHaveTextContent(detail)
  await user.click(screen.getByRole('button', { name: 'Clear' }))
  expect(screen.queryByRole('alert')).not.toBeInTheDocument()
  expect(screen.queryByRole('button', { name: 'Compare' })).not.toBeInTheDocument()
})

test('a forecast by a rule of thumb is called that', async () => {
  open()
  expect(await screen.findByText('Rule-based estimate')).toBeVisible()
})

test('who may only read can suppose, but not have it forecast anew', async () => {
  open('viewer')
  expect(await screen.findByRole('button', { name: 'Add change' })).toBeVisible()
  expect(screen.queryByRole('button', { name: 'Run forecast' })).not.toBeInTheDocument()
})

test('who may have it forecast anew finds the button', async () => {
  open('member')
  expect(await screen.findByRole('button', { name: 'Run forecast' })).toBeVisible()
})
