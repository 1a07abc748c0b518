import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test, vi } from 'vitest'
import { ConfirmProvider } from '@/components/confirm'
import { answer, renderPage } from '@/test/render'
import type { CopyRequest, PromiseItem } from './api'
import { CustomerPromises, InvoicePromises } from './promises-card'

vi.mock('next/navigation', () => ({ useRouter: () => ({ push: vi.fn() }), usePathname: () => '/' }))

const made = (different: Partial<PromiseItem> = {}): PromiseItem => ({
  id: 'p1',
  invoice_id: 'i1',
  invoice_number: 'INV-1',
  customer_id: 'c1',
  customer_name: 'Acme GmbH',
  amount: '100.0000',
  currency: 'EUR',
  promised_on: '2999-12-04',
  until: '2999-12-08',
  paid_on: null,
  made_at: '2026-11-20T09:00:00+00:00',
  channel: 'phone',
  note: null,
  made_by: null,
  reminder_id: null,
  status: 'open',
  is_overdue: false,
  settled_at: null,
  paid: '0.0000',
  times: 0,
  version: 1,
  ...different,
})

const invoice = (promises: PromiseItem[] = [], balance = '100.0000') => ({
  id: 'i1',
  number: 'INV-1',
  balance,
  currency: 'EUR',
  customer_id: 'c1',
  customer_name: 'Acme GmbH',
  promises,
})
const customer = (counted = { kept: 3, partly_kept: 0, broken: 1, p_kept: 0.75 as number | null }) => ({
  id: 'c1',
  name: 'Acme GmbH',
  balances: [{ open_balance: '150.0000' }],
  promises: counted,
})

let role: string
let promises: PromiseItem[]
let copies: CopyRequest[]
let respond: () => Response
const written: [string, unknown][] = []

beforeEach(() => {
  role = 'member'
  promises = []
  copies = []
  written.length = 0
  respond = () => answer({ items: [made()] }, 201)
  vi.stubGlobal('fetch', async (request: Request) => {
    const { pathname } = new URL(request.url)
    if (pathname === '/api/session') {
      return answer({
        user: { id: 'u', email: 'a@b.example', name: '' },
        tenant: { key: 'demo', name: 'Demo' },
        role,
        tenants: [],
        is_operator: false,
        csrf_token: 't',
      })
    }
    if (request.method === 'POST') {
      const text = await request.text()
      written.push([pathname, text ? JSON.parse(text) : null])
      return respond()
    }
    if (pathname === '/api/promises') return answer({ items: promises, next_cursor: null })
    if (pathname === '/api/copy-requests') return answer({ items: copies })
    if (pathname === '/api/invoices') {
      const items = ['i1', 'i2'].map((id) => ({ id, number: `N-${id}`, balance: '75.0000', currency: 'EUR' }))
      return answer({ items, next_cursor: null })
    }
    return answer({ time_zone: 'UTC' })
  })
})

const show = (element: React.ReactElement) => renderPage(<ConfirmProvider>{element}</ConfirmProvider>)
const type = (label: RegExp | string, text: string) => userEvent.type(screen.getByLabelText(label), text)

test('P notes a promise of an invoice', async () => {
  show(<InvoicePromises invoice={invoice()} />)
  expect(screen.getByText('Nothing was promised.')).toBeInTheDocument()
  await screen.findByRole('button', { name: 'Note a promise' })
  await userEvent.keyboard('p')
  const dialog = await screen.findByRole('dialog', { name: 'Promise to pay INV-1' })
  await userEvent.click(within(dialog).getByRole('button', { name: 'Note it' }))
  expect(within(dialog).getByRole('alert')).toHaveTextContent(/^A day from/)
  expect(written).toEqual([])
  await type('Paid by', '2026-12-31')
  await type(/^Amount/, '40,5')
  await type(/^Who said so/, 'Jo Doe')
  await type(/^Note/, 'They sign on Friday')
  vi.setSystemTime(new Date('2026-12-01T12:00:00Z'))
  await userEvent.click(within(dialog).getByRole('button', { name: 'Note it' }))
  vi.useRealTimers()
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  const body = { invoice_ids: ['i1'], channel: 'phone', promised_on: '2026-12-31', amount: '40.5' }
  expect(written).toEqual([['/api/promises', { ...body, made_by: 'Jo Doe', note: 'They sign on Friday' }]])
})

test('some of a customer’s invoices are said to be paid', async () => {
  show(<CustomerPromises customer={customer()} />)
  await userEvent.click(await screen.findByRole('button', { name: 'Note a promise' }))
  const dialog = await screen.findByRole('dialog', { name: 'Promise to pay of Acme GmbH' })
  await userEvent.click(await within(dialog).findByRole('checkbox', { name: 'Choose N-i2' }))
  await userEvent.click(within(dialog).getByRole('radio', { name: 'It is paid already' }))
  const today = new Date().toISOString().slice(0, 10)
  await type('Paid on', today)
  expect(within(dialog).queryByLabelText(/^Amount/)).toBeNull()
  await userEvent.click(within(dialog).getByRole('button', { name: 'Note it' }))
  await waitFor(() =>
    expect(written).toEqual([['/api/promises', { invoice_ids: ['i2'], channel: 'phone', paid_on: today }]]),
  )
})

test('without an invoice or a day nothing is noted', async () => {
  show(<CustomerPromises customer={customer()} />)
  await userEvent.click(await screen.findByRole('button', { name: 'Note a promise' }))
  await screen.findByRole('checkbox', { name: 'Choose N-i1' })
  await userEvent.click(screen.getByRole('button', { name: 'Note it' }))
  const alerts = screen.getAllByRole('alert').map((each) => each.textContent)
  expect(alerts).toEqual(['Choose at least one invoice.', expect.stringMatching(/^A day from/)])
  expect(written).toEqual([])
})

test('what the hub refuses stands beside its field', async () => {
  const fields = [{ field: 'promised_on', message: 'A day from today on.' }]
  respond = () => answer({ title: 'Invalid input', code: 'invalid', fields }, 422)
  show(<InvoicePromises invoice={invoice()} />)
  await userEvent.click(await screen.findByRole('button', { name: 'Note a promise' }))
  await screen.findByRole('dialog')
  await type('Paid by', new Date().toISOString().slice(0, 10))
  await userEvent.click(screen.getByRole('button', { name: 'Note it' }))
  expect(await screen.findByText('A day from today on.')).toBeInTheDocument()
})

test('a customer’s word in figures, and what became of each promise', async () => {
  promises = [
    made({ times: 2, made_by: 'Jo Doe', note: 'They call back' }),
    made({ id: 'p2', until: '2026-01-02', promised_on: '2025-12-30' }),
    made({ id: 'p3', status: 'partly_kept', paid: '60.0000' }),
    made({ id: 'p4', status: 'broken', paid_on: '2026-11-11', channel: 'portal' }),
  ]
  show(<CustomerPromises customer={customer()} />)
  expect(screen.getByText('3 of 4 kept (75%)')).toBeInTheDocument()
  expect(await screen.findByText('Jo Doe, phone')).toBeInTheDocument()
  expect(screen.getByText('Put off 2 times')).toBeInTheDocument()
  expect(screen.getByText('They call back')).toBeInTheDocument()
  expect(screen.getByText('Reminders rest until Dec 8, 2999.')).toBeInTheDocument()
  expect(screen.getByText('Its time is up; the books were not read since.')).toBeInTheDocument()
  expect(screen.getByText('€60.00 of €100.00 was paid.')).toBeInTheDocument()
  expect(screen.getByText('said to be paid on Nov 11, 2026')).toBeInTheDocument()
  expect(screen.getByText('Broken')).toBeInTheDocument()
  expect(screen.getAllByRole('link', { name: 'INV-1' })[0]).toHaveAttribute(
    'href',
    expect.stringContaining('id=i1'),
  )
})

test('before the first promise nothing is counted', async () => {
  show(<CustomerPromises customer={customer({ kept: 0, partly_kept: 0, broken: 0, p_kept: null })} />)
  expect(screen.getByText('No promise has come due yet.')).toBeInTheDocument()
  expect(await screen.findByText('This customer has promised nothing yet.')).toBeInTheDocument()
})

test('an open promise is cancelled after a question', async () => {
  respond = () => answer(made({ status: 'cancelled' }))
  show(<InvoicePromises invoice={invoice([made(), made({ id: 'p2', status: 'kept' })])} />)
  await userEvent.click(await screen.findByRole('button', { name: 'Cancel the promise of Dec 4, 2999' }))
  await userEvent.click(screen.getByRole('button', { name: 'Cancel the promise' }))
  await waitFor(() => expect(written).toEqual([['/api/promises/p1/cancel', null]]))
})

test('a copy that was asked for is noted as sent', async () => {
  copies = [
    {
      id: 'r1',
      customer_id: 'c1',
      customer_name: 'Acme GmbH',
      invoice_id: 'i1',
      invoice_number: 'INV-1',
      address: 'ap@acme.example',
      reminder_id: null,
      asked_at: '2026-11-20T09:00:00+00:00',
      sent_at: null,
    },
  ]
  respond = () => answer({ ...copies[0], sent_at: '2026-11-21T09:00:00+00:00' })
  show(<CustomerPromises customer={customer()} />)
  expect(await screen.findByText(/to ap@acme.example/)).toBeInTheDocument()
  await userEvent.click(await screen.findByRole('button', { name: 'The copy of invoice INV-1 is sent' }))
  await waitFor(() => expect(written).toEqual([['/api/copy-requests/r1/finish', null]]))
})

test('who only reads notes and cancels nothing', async () => {
  role = 'viewer'
  show(<InvoicePromises invoice={invoice([made()])} />)
  expect(screen.getByText('Open')).toBeInTheDocument()
  await waitFor(() => expect(screen.queryByRole('button')).toBeNull())
})

test('nothing is promised of what is paid', async () => {
  show(<InvoicePromises invoice={invoice([], '0.0000')} />)
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Note a promise' })).toBeNull())
})
