import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test, vi } from 'vitest'
import de from '@/messages/de/statement.json'
import english from '@/messages/en/statement.json'
import es from '@/messages/es/statement.json'
import fr from '@/messages/fr/statement.json'
import { answer, renderPage } from '@/test/render'
import type { DebtorInvoice, Statement } from './api'
import { StatementPage } from './page'
import { spokenOf } from './words'

const TOKEN = 'AQRhY21l'

const invoice = (at: number, different: Partial<DebtorInvoice> = {}): DebtorInvoice => ({
  id: `i${at}`,
  number: `INV-${at}`,
  issued_on: '2026-10-01',
  due_on: '2026-11-01',
  currency: 'EUR',
  total: '100.0000',
  open: '100.0000',
  credited: '0.0000',
  disputed: '0.0000',
  asked: '100.0000',
  days_overdue: 27,
  promise: null,
  can_promise: true,
  is_copy_asked: false,
  payment_link: null,
  ...different,
})

const statement = (different: Partial<Statement> = {}): Statement => ({
  language: 'en',
  expires_at: '2026-12-31T00:00:00+00:00',
  company: 'Acme GmbH',
  contact: { name: 'Jo Doe', phone: '+49 30 123', reply_to: 'ar@acme.example' },
  customer: 'Debtor Ltd',
  today: '2026-11-28',
  invoices: [invoice(1), invoice(2, { open: '50.5000', asked: '50.5000' })],
  is_cut: false,
  totals: [{ currency: 'EUR', invoices: 2, open: '150.5000', credited: '0.0000', asked: '150.5000' }],
  bank: { iban: 'DE89370400440532013000', bic: null, holder: 'Acme GmbH' },
  last_promised_on: '2027-01-27',
  ...different,
})

let shown: Statement
let respond: (request: Request, body: unknown) => Response
const said: [string, unknown, string | null][] = []

beforeEach(() => {
  shown = statement()
  said.length = 0
  respond = () => answer(shown)
  location.hash = `#${TOKEN}`
  vi.stubGlobal('fetch', async (request: Request) => {
    const { pathname } = new URL(request.url)
    const body: unknown = request.method === 'POST' ? await request.json() : null
    if (body) said.push([pathname, body, request.headers.get('X-CSRF-Token')])
    return respond(request, body)
  })
})

const open = async () => {
  renderPage(<StatementPage />)
  return screen.findByText('€150.50 open in 2 invoices')
}
const choose = (number: string) =>
  userEvent.click(screen.getByRole('checkbox', { name: `Choose invoice ${number}` }))
const press = (name: string) => userEvent.click(screen.getByRole('button', { name }))

test('a debtor sees what is open, how to pay it and whom to ask', async () => {
  shown = statement({ invoices: [invoice(1, { payment_link: 'https://pay.example/1' }), invoice(2)] })
  await open()
  expect(screen.getByRole('heading', { level: 1, name: 'Your open invoices' })).toBeInTheDocument()
  expect(screen.getByText('Debtor Ltd, with Acme GmbH')).toBeInTheDocument()
  expect(screen.getAllByText('27 days overdue')).toHaveLength(2)
  expect(screen.getByRole('link', { name: 'Pay invoice INV-1' })).toHaveAttribute(
    'href',
    'https://pay.example/1',
  )
  expect(screen.queryByRole('link', { name: 'Pay invoice INV-2' })).toBeNull()
  expect(screen.getByText('DE89 3704 0044 0532 0130 00')).toBeInTheDocument()
  expect(screen.queryByText('BIC')).toBeNull()
  expect(screen.getByRole('link', { name: '+49 30 123' })).toHaveAttribute('href', 'tel:+4930123')
  expect(document.title).toBe('Your open invoices · Acme GmbH')
})

test('what was said before stands with its invoice', async () => {
  const promise = { promised_on: '2026-12-04', paid_on: null, amount: '60.0000' }
  shown = statement({
    invoices: [
      invoice(1, { promise, disputed: '40.0000', is_copy_asked: true }),
      invoice(2, { promise: { ...promise, paid_on: '2026-11-20' }, disputed: '100.0000' }),
    ],
  })
  await open()
  expect(screen.getByText('You promised €60.00 by Dec 4, 2026.')).toBeInTheDocument()
  expect(screen.getByText(/^€40.00 is in dispute/)).toBeInTheDocument()
  expect(screen.getByText('You asked for a copy.')).toBeInTheDocument()
  expect(screen.getByText('You said that you paid €60.00 on Nov 20, 2026.')).toBeInTheDocument()
  expect(screen.queryByText(/not booked yet/)).toBeNull()
  // Nothing is left of it to object to.
  expect(screen.queryByRole('button', { name: 'Something is wrong with invoice INV-2' })).toBeNull()
})

const credited = () =>
  statement({
    invoices: [
      invoice(1, { credited: '14.5600', disputed: '10.0000', asked: '75.4400' }),
      invoice(2, { open: '50.5000', credited: '50.5000', asked: '0.0000', can_promise: false }),
    ],
    totals: [{ currency: 'EUR', invoices: 2, open: '150.5000', credited: '65.0600', asked: '75.4400' }],
  })

test('an agreed credit stands with its invoice and in the total, with what is asked for', async () => {
  shown = credited()
  await open()
  expect(screen.getByText('Agreed credit, not booked yet: €65.06')).toBeInTheDocument()
  expect(screen.getByText('€75.44 of it is asked for.')).toBeInTheDocument()
  const [first, second] = screen.getAllByRole('article').map((each) => within(each))
  expect(first!.getByText('Agreed credit, not booked yet: €14.56')).toBeInTheDocument()
  expect(first!.getByText('Asked for: €75.44')).toBeInTheDocument()
  expect(second!.getByText('Asked for: €0.00')).toBeInTheDocument()
  expect(second!.queryByRole('button')).toBeNull()
})

test('without a credit or a dispute the total says no more than what is open', async () => {
  await open()
  expect(screen.queryByText(/asked for/i)).toBeNull()
  expect(screen.queryByText(/not booked yet/)).toBeNull()
})

test('what is promised or objected to is what is left after the credit', async () => {
  shown = credited()
  await open()
  await userEvent.click(screen.getByRole('checkbox', { name: 'Choose all' }))
  await press('Promise a date')
  expect(screen.getByText('1 invoice: €75.44')).toBeInTheDocument()
  await press('Cancel')
  await press('Something is wrong with invoice INV-1')
  expect(screen.getByText('Left empty: all that is left, €75.44.')).toBeInTheDocument()
  await userEvent.type(screen.getByLabelText('What is wrong'), 'Broken')
  await userEvent.type(screen.getByLabelText('Amount in question (optional)'), '75.45')
  await press('Send')
  expect(screen.getByRole('alert')).toHaveTextContent('at most €75.44.')
  expect(said).toEqual([])
})

test.each([
  ['de', 'Vereinbarte Gutschrift, noch nicht gebucht'],
  ['es', 'Abono acordado, aún no contabilizado'],
  ['fr', 'Avoir convenu, pas encore comptabilisé'],
])('an agreed credit in the language of the link: %s', async (language, words) => {
  shown = { ...credited(), language }
  renderPage(<StatementPage />)
  expect(await screen.findAllByText(new RegExp(`^${words}`))).toHaveLength(3)
})

test('a date is promised for the invoices that are chosen, without a session', async () => {
  await open()
  expect(screen.getByRole('button', { name: 'Promise a date' })).toBeDisabled()
  await choose('INV-1')
  await choose('INV-2')
  await press('Promise a date')
  const dialog = screen.getByRole('dialog', { name: 'When will you pay?' })
  expect(within(dialog).getByText('2 invoices: €150.50')).toBeInTheDocument()
  await press('Send')
  expect(within(dialog).getByRole('alert')).toHaveTextContent(
    'Choose a day from Nov 28, 2026 to Jan 27, 2027.',
  )
  expect(said).toEqual([])
  await userEvent.type(within(dialog).getByLabelText('Paid by'), '2026-12-04')
  await userEvent.type(within(dialog).getByLabelText('Anything else? (optional)'), ' Pay run ')
  await press('Send')
  expect(await screen.findByRole('status')).toHaveTextContent('Acme GmbH has your promise for Dec 4, 2026.')
  const body = { invoice_ids: ['i1', 'i2'], promised_on: '2026-12-04', note: 'Pay run' }
  expect(said).toEqual([[`/api/debtor/${TOKEN}/promises`, body, null]])
  expect(screen.queryByRole('dialog')).toBeNull()
  expect(screen.getByText('No invoice is chosen')).toBeInTheDocument()
})

test('a payment is told with its day, and a copy is asked for', async () => {
  await open()
  await userEvent.click(screen.getByRole('checkbox', { name: 'Choose all' }))
  await press('Already paid')
  expect(screen.getByLabelText('Paid on')).toHaveValue('2026-11-28')
  await press('Send')
  await waitFor(() => expect(screen.getByRole('status')).toHaveTextContent('looks for your payment'))
  await choose('INV-2')
  await press('Ask for a copy')
  await press('Send')
  await waitFor(() => expect(screen.getByRole('status')).toHaveTextContent('was asked for a copy'))
  expect(said.map(([path, body]) => [path.split('/').at(-1), body])).toEqual([
    ['payments', { invoice_ids: ['i1', 'i2'], paid_on: '2026-11-28' }],
    ['copies', { invoice_ids: ['i2'] }],
  ])
})

test('what cannot be promised any more is left out, and said so', async () => {
  shown = statement({
    invoices: [invoice(1, { can_promise: false }), invoice(2, { open: '50.5000', disputed: '0.5000' })],
  })
  await open()
  await userEvent.click(screen.getByRole('checkbox', { name: 'Choose all' }))
  await press('Promise a date')
  const dialog = screen.getByRole('dialog')
  expect(within(dialog).getByText('1 invoice: €50.00')).toBeInTheDocument()
  expect(within(dialog).getByText(/^INV-1 cannot be promised here/)).toBeInTheDocument()
  await userEvent.type(within(dialog).getByLabelText('Paid by'), '2026-12-04')
  await press('Send')
  await waitFor(() => expect(said[0]?.[1]).toEqual({ invoice_ids: ['i2'], promised_on: '2026-12-04' }))
})

test('an objection says what is wrong, and how much of it', async () => {
  await open()
  await press('Something is wrong with invoice INV-2')
  const dialog = screen.getByRole('dialog', { name: 'What is wrong with invoice INV-2?' })
  await userEvent.type(within(dialog).getByLabelText('Amount in question (optional)'), '50,51')
  await press('Send')
  expect(
    within(dialog)
      .getAllByRole('alert')
      .map((each) => each.textContent),
  ).toEqual(['Say what is wrong.', 'An amount in digits, at most €50.50.'])
  await userEvent.type(within(dialog).getByLabelText('What is wrong'), 'Two cartons are missing')
  await userEvent.clear(within(dialog).getByLabelText('Amount in question (optional)'))
  await userEvent.type(within(dialog).getByLabelText('Amount in question (optional)'), '20,5')
  await press('Send')
  await waitFor(() => expect(screen.getByRole('status')).toHaveTextContent('looks into invoice INV-2'))
  expect(said[0]?.[1]).toEqual({ invoice_id: 'i2', text: 'Two cartons are missing', amount: '20.5' })
})

test('what is refused stays to be changed, and is sent under the same key', async () => {
  const keys: (string | null)[] = []
  respond = (request) => {
    if (request.method === 'GET') return answer(shown)
    keys.push(request.headers.get('Idempotency-Key'))
    return keys.length === 1 ? answer({ title: 'Invalid', code: 'invalid' }, 422) : answer(shown)
  }
  await open()
  await choose('INV-1')
  await press('Ask for a copy')
  await press('Send')
  expect(await screen.findByText('This could not be taken')).toBeInTheDocument()
  await press('Send')
  await waitFor(() => expect(screen.getByRole('status')).toHaveTextContent('was asked for a copy'))
  expect(keys[0]).toBeTruthy()
  expect(keys[1]).toBe(keys[0])
})

test.each([
  [404, 'link_invalid', 'This link leads nowhere'],
  [410, 'link_expired', 'This link has expired'],
])('a link that is not good: %i', async (status, code, title) => {
  respond = () => answer({ title: '', code }, status)
  renderPage(<StatementPage />)
  expect(await screen.findByText(title)).toBeInTheDocument()
  expect(screen.queryByRole('button')).toBeNull()
})

test('too many requests, and then not', async () => {
  respond = () => answer({ title: '', code: 'rate_limited' }, 429, { 'Retry-After': '12' })
  renderPage(<StatementPage />)
  expect(await screen.findByText('Try again in 12 seconds.')).toBeInTheDocument()
  respond = () => answer(shown)
  await press('Try again')
  expect(await screen.findByText('€150.50 open in 2 invoices')).toBeInTheDocument()
})

test('without a link there is nothing to ask for', async () => {
  location.hash = ''
  renderPage(<StatementPage />)
  expect(await screen.findByText('This page needs a link')).toBeInTheDocument()
})

test('nothing is open', async () => {
  shown = statement({ invoices: [], totals: [], bank: null })
  renderPage(<StatementPage />)
  expect(await screen.findByText('Acme GmbH has no open invoice of yours.')).toBeInTheDocument()
  expect(screen.queryByText('How to pay')).toBeNull()
  expect(screen.queryByRole('checkbox')).toBeNull()
})

test.each([
  ['de', 'Ihre offenen Rechnungen'],
  ['es', 'Sus facturas pendientes'],
  ['fr', 'Vos factures ouvertes'],
])('in the language of the link: %s', async (language, title) => {
  shown = statement({ language })
  renderPage(<StatementPage />)
  expect(await screen.findByRole('heading', { level: 1, name: title })).toBeInTheDocument()
  await waitFor(() => expect(document.documentElement.lang).toBe(language))
  expect(screen.getByText(/150[.,]50/)).toBeInTheDocument()
})

test('the language of a link comes before the browser’s', () => {
  expect(spokenOf('fr', ['de-AT'])).toBe('fr')
  expect(spokenOf(undefined, ['nl', 'es-MX', 'de'])).toBe('es')
  expect(spokenOf(undefined, ['nl'])).toBe('en')
})

const flatten = (node: object, path = ''): Record<string, string> =>
  Object.entries(node).reduce<Record<string, string>>(
    (all, [key, child]: [string, unknown]) =>
      typeof child === 'string'
        ? { ...all, [`${path}${key}`]: child }
        : { ...all, ...flatten(child as object, `${path}${key}.`) },
    {},
  )

test.each(Object.entries({ de, es, fr }))('%s says all that English does, of the same', (_, texts) => {
  const [own, their] = [flatten(english), flatten(texts)]
  const names = (text: string) =>
    [...new Set([...text.matchAll(/\{(\w+)[,}]/g)].map(([, name]) => name))].sort()
  expect(Object.keys(their).sort()).toEqual(Object.keys(own).sort())
  for (const [key, text] of Object.entries(own)) {
    expect([key, names(their[key]!)]).toEqual([key, names(text)])
    expect(their[key]!.trim()).not.toBe('')
  }
})
