import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { NuqsTestingAdapter } from 'nuqs/adapters/testing'
import { afterEach, expect, test, vi } from 'vitest'
import { ConfirmProvider } from '@/components/confirm'
import { problem, session, standInForHub } from '@/test/hub'
import { answer, renderPage } from '@/test/render'
import type { Policy, Simulation } from './api'
import type { PolicyDocument } from './document'
import { ReminderPolicies } from './policies'

vi.mock('next/navigation', () => ({
  useRouter: () => ({ push: vi.fn() }),
  usePathname: () => '/settings/reminder-policies/',
}))
afterEach(() => vi.unstubAllGlobals())

const suggested: PolicyDocument = {
  takes: {},
  sure: { within_days: 5, p_paid: 0.9 },
  late: null,
  hold_back: null,
  steps: [
    {
      stage: 0,
      day: -5,
      tone: 'service',
      writer: 'template_writer',
      approve: 'automatic',
      when: [{ is_new: true }],
    },
    { stage: 1, day: 3, tone: 'friendly', writer: 'template_writer', approve: 'automatic' },
    { stage: 2, day: 50, tone: 'final', writer: 'person', approve: 'admin' },
  ],
}
const policy = (different: Partial<Policy> = {}): Policy => ({
  id: 'p1',
  name: 'Everybody',
  position: 1,
  is_active: true,
  document: { ...suggested },
  version: 3,
  created_at: '2026-11-20T08:00:00+00:00',
  updated_at: '2026-11-20T08:00:00+00:00',
  ...different,
})
const TENANT = { key: 'acme', name: 'Acme', time_zone: 'Europe/Berlin', home_currency: 'EUR', version: 1 }

function open(
  items: Policy[],
  answers: Parameters<typeof standInForHub>[0] = {},
  { role = 'admin', at = '' }: { role?: 'admin' | 'member' | 'viewer'; at?: string } = {},
) {
  const hub = standInForHub({
    'GET /api/session': answer(session({ role })),
    'GET /api/tenant': answer(TENANT),
    'GET /api/reminder-policies': answer({ items, suggested }),
    'GET /api/reminder-writers': answer({ items: [{ plugin: 'template_writer', name: 'Templates' }] }),
    'GET /api/channels': answer({ items: [{ id: 'c1', name: 'Mail', purpose: 'debtors' }], plugins: [] }),
    ...answers,
  })
  renderPage(
    <NuqsTestingAdapter searchParams={at} hasMemory>
      <ConfirmProvider>
        <ReminderPolicies />
      </ConfirmProvider>
    </NuqsTestingAdapter>,
  )
  return hub
}

test('without a policy the suggested sequence is offered, and is stored inactive', async () => {
  const stored = policy({ name: 'Suggested sequence', is_active: false, version: 1 })
  const { bodiesOf, asked } = open([], { 'POST /api/reminder-policies': answer(stored, 201) })
  expect(await screen.findByText('There is no policy: nobody is reminded by itself.')).toBeInTheDocument()
  await userEvent.click(screen.getByRole('button', { name: 'Use the suggested sequence' }))
  expect(await screen.findByLabelText('Name')).toHaveValue('Suggested sequence')
  expect(screen.getByRole('checkbox', { name: /^Active/ })).not.toBeChecked()
  expect(screen.getAllByRole('group', { name: /^Step \d$/ })).toHaveLength(3)
  await userEvent.click(screen.getByRole('button', { name: 'Create policy' }))
  await waitFor(() =>
    expect(bodiesOf('POST /api/reminder-policies')).toEqual([
      { name: 'Suggested sequence', is_active: false, document: suggested, note: null },
    ]),
  )
  const sent = asked.find(({ request }) => request === 'POST /api/reminder-policies')
  expect(sent?.headers.get('Idempotency-Key')).toMatch(/.{20}/)
})

test('a policy is changed as a form against the version that was read', async () => {
  const { asked } = open([policy()], { 'PUT /api/reminder-policies/p1': answer(policy({ version: 4 })) })
  await userEvent.click(await screen.findByRole('button', { name: 'Edit Everybody' }))
  expect(await screen.findByRole('button', { name: 'Save policy' })).toBeDisabled()
  const second = screen.getByRole('group', { name: 'Step 2' })
  await userEvent.clear(within(second).getByLabelText('Day'))
  await userEvent.type(within(second).getByLabelText('Day'), '4')
  await userEvent.click(within(second).getByRole('checkbox', { name: 'With a statement of account' }))
  await userEvent.type(within(second).getByLabelText(/Copy to/), 'jo@acme.example, li@acme.example')
  await userEvent.click(screen.getByRole('checkbox', { name: /^Leave a random share/ }))
  await userEvent.click(screen.getAllByRole('button', { name: 'Add a condition' })[0]!)
  await userEvent.click(await screen.findByRole('menuitem', { name: 'Amount' }))
  await userEvent.type(screen.getAllByLabelText(/^At least\(/)[0]!, '250.50')
  await userEvent.type(screen.getByLabelText(/^Note/), 'A day later.')
  await userEvent.click(screen.getByRole('button', { name: 'Save policy' }))
  await waitFor(() => {
    const sent = asked.find(({ request }) => request === 'PUT /api/reminder-policies/p1')
    expect(sent?.headers.get('If-Match')).toBe('"3"')
    expect(sent?.body).toEqual({
      name: 'Everybody',
      is_active: true,
      note: 'A day later.',
      document: {
        ...suggested,
        takes: { open: { at_least: '250.50' } },
        hold_back: { share: 0.1, days: 30 },
        steps: [
          suggested.steps[0],
          {
            ...suggested.steps[1],
            day: 4,
            attachments: ['statement'],
            cc: ['jo@acme.example', 'li@acme.example'],
          },
          suggested.steps[2],
        ],
      },
    })
  })
})

test('steps and their cases come and go', async () => {
  const { bodiesOf } = open(
    [policy()],
    { 'PUT /api/reminder-policies/p1': answer(policy({ version: 4 })) },
    { at: '?id=p1' },
  )
  await userEvent.click(await screen.findByRole('button', { name: 'Remove step 3' }))
  await userEvent.click(screen.getByRole('button', { name: 'Remove case 1' }))
  await userEvent.click(screen.getByRole('button', { name: 'Add a step' }))
  await userEvent.click(screen.getByRole('button', { name: 'Save policy' }))
  await waitFor(() => expect(bodiesOf('PUT /api/reminder-policies/p1')).toHaveLength(1))
  const [{ document }] = bodiesOf('PUT /api/reminder-policies/p1') as [{ document: PolicyDocument }]
  expect(document.steps.map(({ stage, day, when }) => [stage, day, when])).toEqual([
    [0, -5, undefined],
    [1, 3, undefined],
    [2, 13, undefined],
  ])
})

test('what is wrong is said where it is', async () => {
  open(
    [policy()],
    {
      'PUT /api/reminder-policies/p1': problem(422, 'invalid', 'The policy cannot be used as it is.', [
        { field: 'steps.1.day', message: 'Each step comes on a later day than the one before.' },
        { field: 'name', message: 'No blanks at either end.' },
      ]),
    },
    { at: '?id=p1' },
  )
  await userEvent.type(await screen.findByLabelText('Name'), '!')
  await userEvent.click(screen.getByRole('button', { name: 'Save policy' }))
  const second = screen.getByRole('group', { name: 'Step 2' })
  await waitFor(() => expect(within(second).getByLabelText('Day')).toHaveAttribute('aria-invalid', 'true'))
  expect(within(second).getByText('Each step comes on a later day than the one before.')).toBeInTheDocument()
  expect(screen.getByLabelText('Name')).toHaveAttribute('aria-invalid', 'true')
})

test('what somebody else has stored meanwhile is read again', async () => {
  open(
    [policy()],
    { 'PUT /api/reminder-policies/p1': problem(412, 'precondition_failed', 'It is at 4.') },
    { at: '?id=p1' },
  )
  await userEvent.type(await screen.findByLabelText('Name'), '!')
  await userEvent.click(screen.getByRole('button', { name: 'Save policy' }))
  await userEvent.click(await screen.findByRole('button', { name: 'Read again' }))
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Read again' })).toBeNull())
})

test('a policy is deleted after a question', async () => {
  const { asked } = open(
    [policy()],
    { 'DELETE /api/reminder-policies/p1': new Response(null, { status: 204 }) },
    { at: '?id=p1' },
  )
  await userEvent.click(await screen.findByRole('button', { name: 'Delete' }))
  const question = await screen.findByRole('alertdialog', { name: 'Delete Everybody?' })
  await userEvent.click(within(question).getByRole('button', { name: 'Delete' }))
  await waitFor(() => {
    const sent = asked.find(({ request }) => request === 'DELETE /api/reminder-policies/p1')
    expect(sent?.headers.get('If-Match')).toBe('"3"')
  })
})

test('who only reads changes nothing, and may simulate', async () => {
  open([policy()], {}, { role: 'viewer', at: '?id=p1' })
  expect(await screen.findByLabelText('Name')).toBeDisabled()
  expect(screen.queryByRole('button', { name: 'Save policy' })).toBeNull()
  expect(screen.queryByRole('button', { name: 'Add a step' })).toBeNull()
  expect(screen.getByRole('button', { name: 'Simulate' })).toBeEnabled()
})

const simulation: Simulation = {
  message_count: 1,
  invoice_count: 1,
  nothing_count: 2,
  by_reason: [
    { code: 'promised', count: 1 },
    { code: 'not_due', count: 1 },
  ],
  totals: [{ currency: 'EUR', amount: '120.5000' }],
  expected_gain: [{ currency: 'EUR', amount: '4.20', days: null, basis: 'assumed', sentence: null }],
  assumption: 'Nothing is paid meanwhile.',
  messages: [
    {
      day: '2026-11-30',
      at: '2026-11-30T07:41:38+00:00',
      customer: { id: 'k1', name: 'Kestrel' },
      recipients: [{ name: '', email: 'ap@kestrel.example', role: '' }],
      channel: null,
      tone: 'friendly',
      stage: 1,
      policy: 'Everybody',
      writer: 'template_writer',
      approve: 'automatic',
      attachments: [],
      invoices: [
        {
          id: 'i1',
          number: 'INV-1',
          due_on: '2026-11-27',
          days_overdue: 3,
          stage: 1,
          policy: 'Everybody',
          amount: '120.5000',
          currency: 'EUR',
        },
      ],
      totals: [{ currency: 'EUR', amount: '120.5000' }],
      expected_gain: [],
    },
  ],
  nothing: [
    {
      invoice: {
        id: 'i2',
        number: 'INV-2',
        customer: { id: 'k2', name: 'Delta' },
        due_on: '2026-11-01',
        amount: '80.0000',
        currency: 'EUR',
      },
      reasons: [{ code: 'promised', sentence: 'Payment is promised.' }],
    },
    {
      invoice: {
        id: 'i3',
        number: 'INV-3',
        customer: { id: 'k3', name: 'Harbor' },
        due_on: '2026-12-24',
        amount: '90.0000',
        currency: 'EUR',
      },
      reasons: [{ code: 'not_due', sentence: 'The next step falls due on 2026-12-27.' }],
    },
  ],
}

test('a simulation by the active policies says what goes out, and why not', async () => {
  const { bodiesOf } = open([policy()], { 'POST /api/reminder-policies/simulate': answer(simulation) })
  await userEvent.click(await screen.findByRole('button', { name: 'Simulate' }))
  expect(
    await screen.findByText('1 reminder about 1 invoice; 2 open invoices get nothing.'),
  ).toBeInTheDocument()
  const sent = screen.getByRole('table', { name: 'Reminders' })
  expect(within(sent).getByRole('row', { name: /Kestrel/ })).toHaveTextContent(
    /ap@kestrel.example.*Stage 1, Friendly.*Everybody · Approved by: Nobody.*INV-1.*3 days overdue.*€120\.50/,
  )
  const left = screen.getByRole('table', { name: 'Nothing goes out for' })
  expect(within(left).getAllByRole('row')).toHaveLength(3)
  await userEvent.click(screen.getByRole('combobox', { name: 'By reason' }))
  await userEvent.click(await screen.findByRole('option', { name: 'Promised (1)' }))
  expect(within(left).getAllByRole('row')).toHaveLength(2)
  expect(within(left).getByRole('row', { name: /INV-2/ })).toHaveTextContent('Payment is promised.')
  const [body] = bodiesOf('POST /api/reminder-policies/simulate') as [{ from: string; policies?: unknown }]
  expect(body.policies).toBeUndefined()
})

test('an edited policy is simulated as it stands in the form, in its place among the active ones', async () => {
  const others = [
    policy({ id: 'p0', name: 'First', position: 1 }),
    policy({ id: 'p1', name: 'Ours', position: 2, is_active: false }),
    policy({ id: 'p2', name: 'Last', position: 3 }),
    policy({ id: 'p3', name: 'Off', position: 4, is_active: false }),
  ]
  const { bodiesOf } = open(
    others,
    { 'POST /api/reminder-policies/simulate': answer(simulation) },
    { at: '?id=p1' },
  )
  await userEvent.type(await screen.findByLabelText('Name'), ' now')
  await userEvent.click(screen.getByRole('button', { name: 'Simulate' }))
  await waitFor(() => expect(bodiesOf('POST /api/reminder-policies/simulate')).toHaveLength(1))
  const [body] = bodiesOf('POST /api/reminder-policies/simulate') as [
    { policies: { id: string; name: string }[] },
  ]
  expect(body.policies.map(({ id, name }) => [id, name])).toEqual([
    ['p0', 'First'],
    ['p1', 'Ours now'],
    ['p2', 'Last'],
  ])
})

test('a simulation that is refused says why, and a period that is none is not asked for', async () => {
  open([policy()], {
    'POST /api/reminder-policies/simulate': problem(
      422,
      'invalid',
      'That is too much to go through at once.',
      [{ field: 'from', message: 'At most 3 past days of so large a ledger, or one customer.' }],
    ),
  })
  await userEvent.click(await screen.findByRole('button', { name: 'Simulate' }))
  expect(await screen.findByText(/At most 3 past days/)).toBeInTheDocument()
  await userEvent.clear(screen.getByLabelText('To'))
  await userEvent.type(screen.getByLabelText('To'), '2020-01-01')
  expect(screen.getByText('From a day to the same or a later one.')).toBeInTheDocument()
  expect(screen.getByRole('button', { name: 'Simulate' })).toBeDisabled()
})

test('where it cannot be read the page says so', async () => {
  open([], { 'GET /api/reminder-policies': problem(500, 'internal', 'It failed.') })
  expect(await screen.findByRole('alert')).toHaveTextContent('It failed.')
})
