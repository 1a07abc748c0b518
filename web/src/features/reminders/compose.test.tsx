import { configure, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ConfirmProvider } from '@/components/confirm'
import { problem, session, standInForHub } from '@/test/hub'
import { answer, renderPage } from '@/test/render'
import Compose from './compose'
import { CHANNEL, CUSTOMER, id, INVOICE, item, refusal, reminder } from './fixtures'

// The hub is asked only once the typing rests.
configure({ asyncUtilTimeout: 5_000 })

vi.mock('next/navigation', () => ({ useRouter: () => ({ push: vi.fn() }), usePathname: () => '/reminders/' }))

const OTHER = '218f3a52-6c1e-8d5b-9a4e-000000000009'
const invoice = (one: string, number: string, different: object = {}) => ({
  id: one,
  number,
  due_on: '2026-11-01',
  days_overdue: 26,
  disputed: false,
  balance: '1204.5000',
  currency: 'EUR',
  customer_id: CUSTOMER,
  customer_name: 'Acme GmbH',
  ...different,
})
const written = (different: object = {}) => ({
  subject: 'Invoice INV-7',
  text: 'Dear Jo Doe,\n\nInvoice INV-7 is open.',
  html: '<p>Invoice INV-7 is open.</p>',
  language: 'en',
  writer: 'template_writer',
  fell_back: null,
  recipients: [{ name: 'Jo Doe', email: 'ap@acme.example', role: 'Accounts payable' }],
  cc: [],
  warnings: [],
  verdict: { passes: true, refusals: [] },
  attachments: [],
  totals: [{ amount: '1204.5000', currency: 'EUR' }],
  ...different,
})

type Body = { subject?: string; text?: string }

beforeEach(() => sessionStorage.clear())
afterEach(() => vi.unstubAllGlobals())

function open(
  what = `customer:${CUSTOMER}`,
  answers: Parameters<typeof standInForHub>[0] = {},
  preview: object = {},
) {
  const onClose = vi.fn()
  const hub = standInForHub({
    'GET /api/session': answer(session({ role: 'member' })),
    'GET /api/tenant': answer({ time_zone: 'UTC', home_currency: 'EUR' }),
    'GET /api/channels': answer({
      items: [{ id: CHANNEL, name: 'Mail', purpose: 'debtors', status: 'ready', reason: null }],
    }),
    'GET /api/reminder-writers': answer({ items: [] }),
    'GET /api/reminders': answer({ items: [], next_cursor: null }),
    [`GET /api/customers/${CUSTOMER}`]: answer({ id: CUSTOMER, name: 'Acme GmbH' }),
    'GET /api/invoices': answer({
      items: [
        invoice(INVOICE, 'INV-7'),
        invoice(OTHER, 'INV-9', { days_overdue: 0, due_on: '2026-12-24' }),
        invoice(id(70), 'INV-10', { disputed: true }),
      ],
      next_cursor: null,
    }),
    'POST /api/reminders/preview': async (request) => {
      const { subject, text } = (await request.json()) as Body
      return answer(written({ ...preview, ...(subject && text ? { subject, text, writer: 'person' } : {}) }))
    },
    ...answers,
  })
  renderPage(
    <ConfirmProvider>
      <Compose what={what} onClose={onClose} />
    </ConfirmProvider>,
  )
  return { ...hub, onClose }
}
const sheet = (name = 'New reminder') => screen.findByRole('dialog', { name })
const frame = () => screen.findByTitle('The message as an e-mail')

test('what is overdue and undisputed is asked for, and shown as it would go out', async () => {
  const { bodiesOf } = open()
  const dialog = await sheet()
  expect(await frame()).toHaveAttribute('sandbox', '')
  expect(within(dialog).getByRole('checkbox', { name: /INV-7/ })).toBeChecked()
  expect(within(dialog).getByRole('checkbox', { name: /INV-9/ })).not.toBeChecked()
  expect(within(dialog).getByRole('checkbox', { name: /INV-10/ })).not.toBeChecked()
  expect(within(dialog).getByText('ap@acme.example')).toBeInTheDocument()
  expect(within(dialog).getByLabelText('Subject')).toHaveValue('Invoice INV-7')
  expect(bodiesOf('POST /api/reminders/preview').at(-1)).toMatchObject({
    customer_id: CUSTOMER,
    invoice_ids: [INVOICE],
    tone: 'friendly',
  })
  expect(bodiesOf('POST /api/reminders/preview').at(-1)).not.toHaveProperty('text')
})

test('it is sent only after the count and the amount were confirmed, and once', async () => {
  const { bodiesOf, onClose } = open(undefined, {
    'POST /api/reminders': answer(reminder(7, { status: 'approved' }), 201),
  })
  await frame()
  await userEvent.click(screen.getByRole('button', { name: 'Send' }))
  const question = await screen.findByRole('alertdialog', { name: 'Send this reminder?' })
  expect(
    within(question).getByText('It goes to 1 recipient about 1 invoice and asks for €1,204.50.'),
  ).toBeInTheDocument()
  expect(bodiesOf('POST /api/reminders')).toHaveLength(0)
  await userEvent.click(within(question).getByRole('button', { name: 'Send' }))
  await waitFor(() => expect(onClose).toHaveBeenCalled())
  expect(bodiesOf('POST /api/reminders')).toEqual([
    {
      customer_id: CUSTOMER,
      invoice_ids: [INVOICE],
      channel_id: null,
      tone: 'friendly',
      attachments: [],
      recipients: [{ name: 'Jo Doe', email: 'ap@acme.example', role: 'Accounts payable' }],
      cc: [],
      then: 'send',
      scheduled_at: null,
    },
  ])
})

test('the reader’s own words go along, and the fact check reads them', async () => {
  const { bodiesOf } = open(
    undefined,
    { 'POST /api/reminders': answer(reminder(7, { status: 'to_approve' }), 201) },
    { verdict: { passes: false, refusals: [refusal({ start: 0, end: 7, span: 'Pay now' })] } },
  )
  const text = await screen.findByLabelText('Text')
  await waitFor(() => expect(text).not.toHaveValue(''))
  await userEvent.clear(text)
  await userEvent.type(text, 'Pay now, please.')
  await waitFor(() => expect(document.querySelector('mark')).toHaveTextContent('Pay now'))
  expect(screen.getByText('One passage is not borne out by the books')).toBeInTheDocument()
  await userEvent.click(screen.getByRole('button', { name: 'Request approval' }))
  await waitFor(() => expect(bodiesOf('POST /api/reminders')).toHaveLength(1))
  expect(bodiesOf('POST /api/reminders')[0]).toMatchObject({
    text: 'Pay now, please.',
    subject: 'Invoice INV-7',
    then: 'approval',
  })
})

test('what another writer wrote is sent as it was shown', async () => {
  const { bodiesOf } = open(
    undefined,
    { 'POST /api/reminders': answer(reminder(7, { status: 'draft' }), 201) },
    { writer: 'llm_writer', text: 'Written by a model.' },
  )
  await frame()
  await userEvent.click(screen.getByRole('button', { name: 'Save draft' }))
  await waitFor(() =>
    expect(bodiesOf('POST /api/reminders')[0]).toMatchObject({ text: 'Written by a model.', then: 'draft' }),
  )
})

test('a text of spaces is not sent, and the writer’s comes back when asked for', async () => {
  open()
  await frame()
  const text = screen.getByLabelText('Text')
  await userEvent.clear(text)
  expect(await screen.findByText('A subject and a text are needed')).toBeInTheDocument()
  expect(screen.getByRole('button', { name: 'Send' })).toBeDisabled()
  await userEvent.click(screen.getByRole('button', { name: 'Have it written anew' }))
  await waitFor(() => expect(text).toHaveValue('Dear Jo Doe,\n\nInvoice INV-7 is open.'))
})

test('recipients are taken away and added, and an address is an address', async () => {
  const { bodiesOf } = open()
  await frame()
  await userEvent.click(screen.getByRole('button', { name: 'Remove ap@acme.example' }))
  expect(await screen.findByText('Add at least one address')).toBeInTheDocument()
  const field = screen.getByLabelText('Add an address')
  await userEvent.type(field, 'nobody{Enter}')
  expect(await screen.findByText('An e-mail address, such as ap@acme.example')).toBeInTheDocument()
  await userEvent.clear(field)
  await userEvent.type(field, 'jo@acme.example{Enter}')
  await waitFor(() =>
    expect(bodiesOf('POST /api/reminders/preview').at(-1)).toMatchObject({
      recipients: [{ name: '', email: 'jo@acme.example', role: '' }],
    }),
  )
})

test('who opted out says so beside the address, and warnings come before the message', async () => {
  open(
    undefined,
    {},
    {
      warnings: [
        { code: 'suppressed', sentence: 'ap@acme.example is not written to (unsubscribed).' },
        { code: 'out_of_hours', sentence: 'It is outside of business hours.' },
      ],
    },
  )
  await frame()
  expect(screen.getAllByText('ap@acme.example is not written to (unsubscribed).')).toHaveLength(2)
  expect(screen.getByText('It is outside of business hours.')).toBeInTheDocument()
})

test('a test goes to oneself and keeps a draft, which is what is sent afterwards', async () => {
  const kept = reminder(7, { status: 'draft', tone: 'friendly', version: 1 })
  const { bodiesOf, asked } = open(undefined, {
    'POST /api/reminders': answer(kept, 201),
    [`POST /api/reminders/${kept.id}/test`]: answer({ address: 'ada@acme.example', provider_id: 'x' }),
    [`PATCH /api/reminders/${kept.id}`]: answer({ ...kept, version: 2 }),
    [`POST /api/reminders/${kept.id}/schedule`]: answer({ ...kept, status: 'approved' }),
  })
  await frame()
  await userEvent.click(screen.getByRole('button', { name: 'Send test to me' }))
  await waitFor(() => expect(bodiesOf(`POST /api/reminders/${kept.id}/test`)).toHaveLength(1))
  await waitFor(() => expect(screen.getByRole('button', { name: 'Send' })).toBeEnabled())
  await userEvent.click(screen.getByRole('button', { name: 'Send' }))
  await userEvent.click(within(await screen.findByRole('alertdialog')).getByRole('button', { name: 'Send' }))
  await waitFor(() =>
    expect(bodiesOf(`POST /api/reminders/${kept.id}/schedule`)).toEqual([
      { scheduled_at: null, for_approval: false },
    ]),
  )
  expect(bodiesOf('POST /api/reminders')).toHaveLength(1)
  const changed = asked.find(({ request }) => request.startsWith('PATCH'))
  expect(changed?.headers.get('If-Match')).toBe('"1"')
})

test('it is scheduled for a time, and not without one', async () => {
  const { bodiesOf } = open(undefined, {
    'POST /api/reminders': answer(reminder(7, { status: 'approved' }), 201),
  })
  await frame()
  await userEvent.click(screen.getByRole('button', { name: 'Schedule' }))
  expect(await screen.findByText('Choose a date and a time')).toBeInTheDocument()
  await userEvent.type(screen.getByLabelText('Send at'), '2026-12-01T09:30')
  await userEvent.click(screen.getByRole('button', { name: 'Schedule' }))
  await waitFor(() =>
    expect(bodiesOf('POST /api/reminders')[0]).toMatchObject({
      then: 'schedule',
      scheduled_at: new Date('2026-12-01T09:30').toISOString(),
    }),
  )
})

test('what the hub refuses is said, and nothing is lost', async () => {
  const { onClose } = open(undefined, {
    'POST /api/reminders': () => problem(409, 'conflict', 'No channel to debtors is set up.'),
  })
  await frame()
  await userEvent.click(screen.getByRole('button', { name: 'Save draft' }))
  expect(await screen.findByText('No channel to debtors is set up.')).toBeInTheDocument()
  expect(onClose).not.toHaveBeenCalled()
})

test('a preview that fails says why, and nothing can be sent', async () => {
  open(undefined, {
    'POST /api/reminders/preview': () => problem(422, 'invalid', 'The settings name no sender.'),
  })
  expect(await screen.findByText('The settings name no sender.')).toBeInTheDocument()
  expect(screen.getByRole('button', { name: 'Send' })).toBeDisabled()
})

test('one that waits is changed in another tone, and nothing else can be done with it here', async () => {
  const waiting = reminder(7)
  const { bodiesOf, asked } = open(`reminder:${waiting.id}`, {
    [`GET /api/reminders/${waiting.id}`]: answer(waiting),
    [`POST /api/reminders/${waiting.id}/rewrite`]: answer({ ...waiting, version: 4 }),
    [`PATCH /api/reminders/${waiting.id}`]: answer({ ...waiting, version: 5 }),
  })
  await sheet('Edit R-7')
  await frame()
  expect(screen.queryByRole('button', { name: 'Send' })).toBeNull()
  await userEvent.click(screen.getByRole('combobox', { name: 'Tone' }))
  await userEvent.click(await screen.findByRole('option', { name: 'Firm' }))
  await userEvent.click(screen.getByRole('button', { name: 'Have it written anew' }))
  await waitFor(() => expect(screen.getByLabelText('Subject')).toHaveValue('Invoice INV-7'))
  await waitFor(() => expect(screen.getByRole('button', { name: 'Save' })).toBeEnabled())
  await userEvent.click(screen.getByRole('button', { name: 'Save' }))
  await waitFor(() =>
    expect(bodiesOf(`POST /api/reminders/${waiting.id}/rewrite`)).toEqual([{ tone: 'firm' }]),
  )
  await waitFor(() =>
    expect(asked.find(({ request }) => request.startsWith('PATCH'))?.headers.get('If-Match')).toBe('"4"'),
  )
})

test('words that were typed are not lost without a question', async () => {
  const { onClose } = open()
  await frame()
  await userEvent.type(screen.getByLabelText('Text'), ' Thank you.')
  await userEvent.click(screen.getByRole('button', { name: 'Cancel' }))
  const question = await screen.findByRole('alertdialog', { name: 'Leave without saving?' })
  await userEvent.click(within(question).getByRole('button', { name: 'Cancel' }))
  expect(onClose).not.toHaveBeenCalled()
})

test('a customer who is not there is said to be gone', async () => {
  const { onClose } = open(`customer:${id(404)}`)
  await waitFor(() => expect(onClose).toHaveBeenCalled())
})

test('what is about to go to the customer anyhow is shown before they get another', async () => {
  const others = [item(3, { status: 'to_approve' }), item(4, { status: 'approved' })]
  open(undefined, { 'GET /api/reminders': answer({ items: others, next_cursor: null }) })
  expect(await screen.findByText('Other reminders to this customer are under way')).toBeInTheDocument()
  expect(screen.getByRole('link', { name: 'R-3' })).toBeInTheDocument()
  expect(screen.getByText('To approve')).toBeInTheDocument()
})

test('a reminder that is edited is no other one', async () => {
  const edited = reminder(3, { status: 'to_approve' })
  open(`reminder:${edited.id}`, {
    [`GET /api/reminders/${edited.id}`]: answer(edited),
    'GET /api/reminders': answer({ items: [item(3)], next_cursor: null }),
  })
  await frame()
  expect(screen.queryByText('Other reminders to this customer are under way')).not.toBeInTheDocument()
})
