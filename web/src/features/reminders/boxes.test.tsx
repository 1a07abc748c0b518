import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import type { ReactElement } from 'react'
import { afterEach, expect, test, vi } from 'vitest'
import { ConfirmProvider } from '@/components/confirm'
import { CustomerReminders, InvoiceReminders } from '@/components/reminders/reminder-list'
import { problem, session, standInForHub } from '@/test/hub'
import { answer, renderPage } from '@/test/render'
import { CUSTOMER, INVOICE, item } from './fixtures'

vi.mock('next/navigation', () => ({ useRouter: () => ({ push: vi.fn() }), usePathname: () => '/invoices/' }))
afterEach(() => vi.unstubAllGlobals())

const invoice = (balance = '120.0000') => ({
  id: INVOICE,
  number: 'INV-7',
  balance,
  customer_id: CUSTOMER,
  customer_name: 'Acme GmbH',
})

function open(
  box: ReactElement,
  { role = 'member' as 'member' | 'viewer', listed = answer({ items: [item(1)], next_cursor: null }) } = {},
) {
  const hub = standInForHub({
    'GET /api/session': answer(session({ role })),
    'GET /api/tenant': answer({ time_zone: 'UTC', home_currency: 'EUR' }),
    'GET /api/channels': answer({ items: [] }),
    'GET /api/reminder-writers': answer({ items: [] }),
    'GET /api/invoices': answer({ items: [], next_cursor: null }),
    'GET /api/reminders': listed,
  })
  renderPage(<ConfirmProvider>{box}</ConfirmProvider>)
  return hub
}

test('an invoice says which reminders asked for it, and R asks for it again', async () => {
  const listed = answer({
    items: [
      item(2, { status: 'sent', sent_at: '2026-11-27T08:00:00+00:00', delivery: 'bounced' }),
      item(1, { status: 'skipped', reason: { code: 'paid', sentence: 'Nothing is open.' } }),
    ],
    next_cursor: null,
  })
  const { asked } = open(<InvoiceReminders invoice={invoice()} />, { listed })
  expect(await screen.findByText('Bounced')).toBeInTheDocument()
  expect(screen.getByText('Nothing is open.')).toBeInTheDocument()
  expect(asked.find(({ request }) => request === 'GET /api/reminders')?.search).toBe(
    `?invoice_id=${INVOICE}&sort=-scheduled_at&limit=5`,
  )
  await screen.findByRole('button', { name: 'Remind' })
  await userEvent.keyboard('r')
  expect(await screen.findByRole('dialog', { name: 'New reminder' })).toBeInTheDocument()
})

test('nothing is asked for where nothing is open, or by who only reads', async () => {
  open(<InvoiceReminders invoice={invoice('0.0000')} />)
  expect(await screen.findByText('R-1')).toBeInTheDocument()
  expect(screen.queryByRole('button', { name: 'Remind' })).toBeNull()
})

test('who only reads sees the reminders of a customer, and composes none', async () => {
  open(<CustomerReminders customer={{ id: CUSTOMER, name: 'Acme GmbH' }} />, {
    role: 'viewer',
    listed: answer({ items: [item(1)], next_cursor: 'more' }),
  })
  expect(await screen.findByRole('link', { name: 'Show all that were sent' })).toHaveAttribute(
    'href',
    expect.stringMatching(new RegExp(`^/reminders/?\\?tab=sent&customer=${CUSTOMER}$`)),
  )
  await userEvent.keyboard('r')
  expect(screen.queryByRole('button', { name: 'Remind' })).toBeNull()
  expect(screen.queryByRole('dialog')).toBeNull()
})

test('none yet, and a failure, are said', async () => {
  open(<CustomerReminders customer={{ id: CUSTOMER, name: 'Acme GmbH' }} />, {
    listed: answer({ items: [], next_cursor: null }),
  })
  expect(await screen.findByText('No reminder yet.')).toBeInTheDocument()
})

test('what the hub refuses is said in its place', async () => {
  open(<InvoiceReminders invoice={invoice()} />, { listed: problem(403, 'forbidden', 'No.') })
  await waitFor(() => expect(screen.getByText('Not allowed')).toBeInTheDocument())
})
