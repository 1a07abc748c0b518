import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test, vi } from 'vitest'
import { answer, renderPage } from '@/test/render'
import type { Invoice } from './api'
import { invoice, invoiceItem, pastPrediction } from './invoices.fixtures'
import { InvoicePage } from './view-page'

const push = vi.fn()
vi.mock('next/navigation', () => ({ useRouter: () => ({ push }), usePathname: () => '/invoices/view/' }))

let shown: Invoice
let history = [pastPrediction(20)]
let role = 'viewer'
const ID = invoice().id

beforeEach(() => {
  shown = invoice()
  role = 'viewer'
  history = [pastPrediction(20)]
  push.mockReset()
  sessionStorage.clear()
  vi.stubGlobal('fetch', (request: Request) => {
    const { pathname } = new URL(request.url)
    return Promise.resolve(
      pathname === '/api/session'
        ? answer({
            user: { id: 'u', email: 'a@b.example', name: '' },
            tenant: null,
            role,
            tenants: [],
          })
        : pathname === '/api/tenant'
          ? answer({ time_zone: 'UTC', home_currency: 'EUR' })
          : pathname === '/api/connections'
            ? answer({ items: [{ id: invoice().connection_id, name: 'Demo books' }] })
            : pathname.endsWith('/history') || pathname === '/api/disputes'
              ? answer({ items: pathname === '/api/disputes' ? [] : history, next_cursor: null })
              : pathname.endsWith('/reasons')
                ? answer({
                    difference_days: 6.5,
                    other_days: 0.4,
                    reasons: [
                      {
                        feature: 'usual_delay',
                        sentence: 'Usually pays 9 days after due',
                        days: 7.5,
                        contribution: 0.8,
                      },
                      {
                        feature: 'weekday',
                        sentence: 'Pays mostly on Wednesdays',
                        days: -1.4,
                        contribution: -0.2,
                      },
                    ],
                  })
                : pathname.endsWith('/curve')
                  ? answer({
                      as_of: '2026-11-27',
                      model: 'xgboost_hazard',
                      model_number: 6,
                      points: Array.from({ length: 90 }, (_, day) => ({
                        on: new Date(Date.UTC(2026, 10, 28 + day)).toISOString().slice(0, 10),
                        p_paid: (day + 1) / 100,
                      })),
                    })
                  : pathname.startsWith('/api/customers/')
                    ? answer({ balances: [{ currency: 'EUR', mean_days_late: 12.4, paid_invoices: 7 }] })
                    : pathname === `/api/invoices/${ID}`
                      ? answer(shown)
                      : answer(
                          { title: 'Not found', detail: 'There is no such invoice.', code: 'not_found' },
                          404,
                        ),
    )
  })
})

const page = (searchParams = `?id=${ID}`) => renderPage(<InvoicePage />, { searchParams })

test('an open invoice with the curve read out, and why', async () => {
  page()
  expect(await screen.findByRole('heading', { level: 1, name: 'Invoice INV-1' })).toBeInTheDocument()
  expect(screen.getByRole('link', { name: 'Acme GmbH' })).toHaveAttribute(
    'href',
    expect.stringContaining(`id=${invoice().customer_id}`),
  )
  expect(await screen.findByText('60 days')).toBeInTheDocument()
  expect(screen.getByText('30%')).toBeInTheDocument()
  expect(screen.getByText('60%')).toBeInTheDocument()
  expect(screen.getAllByText('Dec 3, 2026 – Jan 14, 2027', { exact: false }).length).toBeGreaterThan(0)
  expect(await screen.findByText('Usually pays 9 days after due')).toBeInTheDocument()
  expect(screen.getByText('+7.5 days')).toBeInTheDocument()
  expect(screen.getByText('−1.4 days')).toBeInTheDocument()
  expect(screen.getByText('Everything else: +0.4 days')).toBeInTheDocument()
  expect(screen.getByText('Expected 6.5 days later than a typical invoice.')).toBeInTheDocument()
  expect(await screen.findByText('Demo books')).toBeInTheDocument()
})

test('a paid one with what had been forecast', async () => {
  shown = invoice({ status: 'paid', balance: '0.0000', paid_on: '2026-12-10' })
  history = [
    pastPrediction(20, { is_held: true, days_off: 10 }),
    pastPrediction(19, { is_held: false, days_off: 40 }),
  ]
  page()
  expect(await screen.findByText('Paid Dec 10, 2026, 9 days after the due date.')).toBeInTheDocument()
  expect(screen.getByText('in range')).toBeInTheDocument()
  expect(screen.getByText('out of range')).toBeInTheDocument()
  expect(screen.queryByText('Probability of payment')).toBeNull()
  expect(screen.queryByText('Why')).toBeNull()
})

test('one without a forecast gets a rule, called so', async () => {
  shown = invoice({ prediction: null })
  page()
  expect(await screen.findByText('Rule-based estimate')).toBeInTheDocument()
  expect(
    screen.getByText(/^Dec 13, 2026: the due date plus .* 12.4 days, out of 7 paid invoices/),
  ).toBeInTheDocument()
  expect(screen.queryByText('Probability of payment')).toBeNull()
})

test('a void one is for reading only', async () => {
  shown = invoice({ status: 'void', balance: '0.0000', prediction: null })
  history = []
  page()
  expect(await screen.findByText('This invoice was voided')).toBeInTheDocument()
  expect(screen.queryByText('No forecast yet')).toBeNull()
  expect(screen.getByText('Nothing has been set against this invoice.')).toBeInTheDocument()
})

test('what was allocated, and what no longer counts', async () => {
  const allocation = { id: 'a', kind: 'payment', amount: '50.0000', source_id: null, source_amount: null }
  shown = invoice({
    status: 'partially_paid',
    balance: '1200.0000',
    stated_balance: '1199.0000',
    disputed: true,
    allocations: [
      { ...allocation, applied_on: '2026-11-20', reversed_on: null },
      { ...allocation, id: 'b', kind: 'credit_memo', applied_on: '2026-11-21', reversed_on: '2026-11-25' },
    ],
  })
  page()
  expect(await screen.findByRole('row', { name: /Credit memo .* Reversed Nov 25, 2026/ })).toBeInTheDocument()
  expect(screen.getByRole('row', { name: /Payment .* Counts/ })).toBeInTheDocument()
  expect(screen.getByText('Disputed')).toBeInTheDocument()
  expect(screen.getByText('€1,199.00')).toBeInTheDocument()
})

test('an invoice that is not there, and an address that names none', async () => {
  const { unmount } = page('?id=018f3a52-6c1e-8d5b-9a4e-000000000099')
  expect(await screen.findByText('There is no such invoice.')).toBeInTheDocument()
  unmount()
  page('')
  expect(screen.getByText('No invoice is named in this address')).toBeInTheDocument()
})

test('brackets lead to the neighbours in the list it came from', async () => {
  sessionStorage.setItem(
    'paypredict.trail.invoices',
    JSON.stringify([invoiceItem(7).id, ID, invoiceItem(8).id]),
  )
  page()
  await screen.findByRole('heading', { level: 1, name: 'Invoice INV-1' })
  await userEvent.keyboard(']')
  expect(push).toHaveBeenLastCalledWith(`/invoices/view/?id=${invoiceItem(8).id}`)
  await userEvent.keyboard('[[')
  expect(push).toHaveBeenLastCalledWith(`/invoices/view/?id=${invoiceItem(7).id}`)
})

test('what is held says how much, and until when', async () => {
  const hold = {
    kind: 'dispute',
    amount: '250.0000',
    reason: 'Disputed: D-1',
    source_id: 'a',
    placed_at: '2026-11-20T08:00:00+00:00',
    until: '2026-12-11',
  }
  shown = invoice({ holds: [hold, { ...hold, source_id: 'b', amount: null, until: null }] })
  page()
  expect(await screen.findByText('€250.00, expected until Dec 11, 2026')).toBeInTheDocument()
  expect(screen.getByText('All of it')).toBeInTheDocument()
})

test('D disputes it, for those who may', async () => {
  const { queryClient } = page()
  await screen.findByRole('heading', { level: 1, name: 'Invoice INV-1' })
  expect(await screen.findByText('This invoice is not disputed.')).toBeInTheDocument()
  await userEvent.keyboard('d')
  expect(screen.queryByRole('dialog')).toBeNull()
  role = 'member'
  await queryClient.invalidateQueries()
  await userEvent.click(await screen.findByRole('button', { name: 'Dispute' }))
  expect(await screen.findByRole('dialog', { name: 'Dispute invoice INV-1' })).toBeInTheDocument()
  await userEvent.keyboard('{Escape}')
  await userEvent.keyboard('d')
  expect(await screen.findByRole('dialog')).toHaveTextContent('Empty: all of the €1,250.00 that is open.')
})
