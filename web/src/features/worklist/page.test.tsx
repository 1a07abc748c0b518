import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Toaster } from '@/components/ui/sonner'
import { addDays, dayIn } from '@/lib/today'
import { problem, session, standInForHub } from '@/test/hub'
import { answer, renderPage } from '@/test/render'
import { type Contact, marked, type WorklistPage as Listed } from './api'
import { WorklistPage } from './page'

const push = vi.hoisted(() => vi.fn())
vi.mock('next/navigation', () => ({
  useRouter: () => ({ push, prefetch: vi.fn() }),
  usePathname: () => '/worklist/',
}))
beforeEach(() => push.mockClear())
afterEach(() => vi.unstubAllGlobals())

const ACME = '118f3a52-6c1e-8d5b-9a4e-000000000001'
const ADA = session().user
const TODAY = dayIn('UTC', new Date())

const contact = (different: Partial<Contact> = {}): Contact => ({
  customer_id: ACME,
  customer_name: 'Acme GmbH',
  risk_level: 'high',
  p_late30: 0.42,
  p_late60: 0.2,
  p_late90: 0.1,
  segment: 'late_payer',
  contact_value: '120.5000',
  expected_loss: '9.0000',
  oldest_due_on: '2026-10-01',
  amounts: [
    {
      currency: 'EUR',
      open: '2000.0000',
      free: '1900.0000',
      overdue: '1500.0000',
      delayed: '1.0000',
      late30: '1.0000',
      loss: '1.0000',
    },
  ],
  held: [],
  next_step: 'call',
  why: 'Overdue for 25 days.',
  owner: null,
  snoozed_until: null,
  last_contact: { at: '2026-11-20T08:00:00+00:00', kind: 'call' },
  promise: { promised_on: '2026-11-18', amount: '800.0000', currency: 'EUR', status: 'broken' },
  expected_on: '2026-12-04',
  ...different,
})
const listed = (items: Contact[], different: Partial<Listed> = {}) =>
  answer({
    items,
    next_cursor: null,
    as_of: '2026-11-27',
    home_currency: 'EUR',
    assumption: 'An assumption.',
    contact_saves: {},
    done_today: { customers: 0, mine: 0, amounts: [] },
    ...different,
  } satisfies Listed)

function open(
  answers: Parameters<typeof standInForHub>[0] = {},
  searchParams = '',
  role = 'member' as const,
) {
  const hub = standInForHub({
    'GET /api/session': answer(session({ role })),
    'GET /api/tenant': answer({ time_zone: 'UTC' }),
    'GET /api/worklist': listed([contact(), contact({ customer_id: 'b', customer_name: 'Best Ltd' })]),
    'GET /api/disputes/owners': answer({
      items: [
        { id: ADA.id, name: 'Ada' },
        { id: 'g', name: 'Grace' },
      ],
    }),
    'GET /api/invoices': answer({ items: [], next_cursor: null }),
    [`GET /api/customers/${ACME}/timeline`]: answer({ items: [], next_cursor: null }),
    ...answers,
  })
  renderPage(
    <>
      <WorklistPage />
      <Toaster />
    </>,
    { searchParams },
  )
  return hub
}

const row = (name = 'Acme GmbH') => screen.findByRole('row', { name: new RegExp(name) })

async function choose(action: string | RegExp) {
  await userEvent.click(await screen.findByRole('button', { name: 'Actions for Acme GmbH' }))
  await userEvent.click(await screen.findByRole('menuitem', { name: action }))
}

test('a row says what is owed, what was said and promised, and who looks after it', async () => {
  open({ 'GET /api/worklist': listed([contact({ owner: { id: 'g', name: 'Grace' } })]) })
  const shown = await row()
  expect(shown).toHaveTextContent('Call')
  expect(shown).toHaveTextContent('€1,500.00')
  expect(shown).toHaveTextContent('Broken: €800 until')
  expect(shown).toHaveTextContent('Grace')
})

test('what was done today is counted', async () => {
  open({
    'GET /api/worklist': listed([contact()], {
      done_today: { customers: 5, mine: 2, amounts: [{ amount: '12300.0000', currency: 'EUR' }] },
    }),
  })
  expect(await screen.findByText('Done today: 5 customers, 2 by you · They owe €12.3K.')).toBeInTheDocument()
})

test('filters ask for one’s own, for nobody’s and for those that rest', async () => {
  const { asked } = open({}, '?owner=me')
  await row()
  expect(asked.find(({ request }) => request === 'GET /api/worklist')?.search).toBe('?limit=50&owner=me')
  await userEvent.click(screen.getByRole('switch', { name: 'Only those that rest' }))
  await waitFor(() => expect(asked.map(({ search }) => search)).toContain('?limit=50&owner=me&snoozed=true'))
})

test('a reminder is composed for the customer', async () => {
  open()
  await choose(/^Remind/)
  expect(push).toHaveBeenCalledWith(`/reminders/?compose=customer:${ACME}`)
})

test('a call is noted with what came of it, once', async () => {
  const { asked } = open({ [`POST /api/customers/${ACME}/notes`]: answer({ id: 'n' }, 201) })
  await choose(/^Log call/)
  const dialog = await screen.findByRole('dialog', { name: 'What came of it with Acme GmbH' })
  await userEvent.click(within(dialog).getByRole('button', { name: 'Save' }))
  expect(await within(dialog).findByText('Say a few words.')).toBeInTheDocument()
  await userEvent.click(within(dialog).getByRole('combobox', { name: 'What came of it' }))
  await userEvent.click(await screen.findByRole('option', { name: 'Will pay' }))
  await userEvent.type(within(dialog).getByLabelText('What was said'), 'On Friday.')
  await userEvent.click(within(dialog).getByRole('button', { name: 'Save' }))
  expect(await screen.findByText('Noted with Acme GmbH')).toBeInTheDocument()
  const post = asked.find(({ request }) => request === `POST /api/customers/${ACME}/notes`)
  expect(post?.body).toEqual({ kind: 'call', outcome: 'will_pay', at: null, text: 'On Friday.' })
  expect(post?.headers.get('Idempotency-Key')).toBeTruthy()
})

test('a customer that is to rest leaves the list at once, and comes back by Undo', async () => {
  const { bodiesOf } = open({
    [`PATCH /api/worklist/${ACME}`]: answer({ customer_id: ACME, owner: null, snoozed_until: null }),
    'GET /api/worklist': vi
      .fn<(request: Request) => Response>()
      .mockReturnValueOnce(listed([contact()]))
      .mockImplementation(() => listed([])),
  })
  await choose(/^Snooze/)
  const dialog = await screen.findByRole('dialog', { name: 'Let Acme GmbH rest' })
  await userEvent.click(within(dialog).getByRole('combobox', { name: 'Until' }))
  await userEvent.click(await screen.findByRole('option', { name: 'On a date' }))
  await userEvent.click(within(dialog).getByRole('button', { name: 'Snooze' }))
  expect(await within(dialog).findByText('A day after today, within a year.')).toBeInTheDocument()
  await userEvent.click(within(dialog).getByRole('combobox', { name: 'Until' }))
  await userEvent.click(await screen.findByRole('option', { name: 'In a week' }))
  await userEvent.click(within(dialog).getByRole('button', { name: 'Snooze' }))
  await waitFor(() => expect(screen.queryByRole('row', { name: /Acme GmbH/ })).not.toBeInTheDocument())
  await userEvent.click(await screen.findByRole('button', { name: 'Undo' }))
  await waitFor(() =>
    expect(bodiesOf(`PATCH /api/worklist/${ACME}`)).toEqual([
      { snoozed_until: addDays(TODAY, 7) },
      { snoozed_until: null },
    ]),
  )
})

test('what the hub refuses is said, and the customer is back', async () => {
  open({ [`PATCH /api/worklist/${ACME}`]: problem(422, 'invalid', 'The customer cannot rest until then.') })
  await choose(/^Snooze/)
  const dialog = await screen.findByRole('dialog', { name: 'Let Acme GmbH rest' })
  await userEvent.click(within(dialog).getByRole('button', { name: 'Snooze' }))
  expect(await screen.findByText('The customer cannot rest until then.')).toBeInTheDocument()
  expect(await row()).toBeInTheDocument()
})

test('somebody takes a customer on, and gives it up', async () => {
  const { bodiesOf } = open({
    [`PATCH /api/worklist/${ACME}`]: answer({ customer_id: ACME, owner: ADA, snoozed_until: null }),
    'GET /api/worklist': vi
      .fn<(request: Request) => Response>()
      .mockReturnValueOnce(listed([contact()]))
      .mockImplementation(() => listed([contact({ owner: { id: ADA.id, name: 'Ada' } })])),
  })
  await choose('Assign to me')
  expect(await screen.findByText('Acme GmbH is looked after by Ada')).toBeInTheDocument()
  await choose('Take off me')
  await waitFor(() =>
    expect(bodiesOf(`PATCH /api/worklist/${ACME}`)).toEqual([{ owner_id: ADA.id }, { owner_id: null }]),
  )
})

test('letters act on the row that the keyboard is in', async () => {
  open()
  const link = within(await row()).getByRole('link', { name: 'Acme GmbH' })
  fireEvent.keyDown(document.body, { key: 'l' })
  expect(screen.queryByRole('dialog')).not.toBeInTheDocument()
  link.focus()
  fireEvent.keyDown(link, { key: 'r' })
  expect(push).toHaveBeenCalledWith(`/reminders/?compose=customer:${ACME}`)
  fireEvent.keyDown(link, { key: 's' })
  expect(await screen.findByRole('dialog', { name: 'Let Acme GmbH rest' })).toBeInTheDocument()
})

test('the panel says why, what is open and what happened, and assigns', async () => {
  const { bodiesOf } = open(
    {
      [`GET /api/customers/${ACME}/risk`]: answer({
        reasons: [
          { feature: 'oldest', contribution: 0.5, sentence: 'Its oldest invoice is 25 days overdue' },
        ],
      }),
      'GET /api/invoices': answer({
        items: [
          {
            id: 'i1',
            number: 'INV-1',
            due_on: '2026-10-01',
            days_overdue: 57,
            balance: '1500.0000',
            currency: 'EUR',
          },
        ],
        next_cursor: null,
      }),
      [`GET /api/customers/${ACME}/timeline`]: answer({
        items: [
          {
            kind: 'note',
            event: 'call',
            at: '2026-11-20T08:00:00+00:00',
            subject_id: 'n1',
            number: null,
            amount: null,
            currency: null,
            day: null,
            outcome: 'will_pay',
            by_name: 'Grace',
            text: 'On Friday.',
          },
          {
            kind: 'promise',
            event: 'broken',
            at: '2026-11-19T08:00:00+00:00',
            subject_id: 'p1',
            number: 'INV-1',
            amount: '800.0000',
            currency: 'EUR',
            day: '2026-11-18',
            outcome: 'phone',
            by_name: null,
            text: null,
          },
        ],
        next_cursor: null,
      }),
      [`PATCH /api/worklist/${ACME}`]: answer({
        customer_id: ACME,
        owner: { id: 'g', name: 'Grace' },
        snoozed_until: null,
      }),
    },
    `?peek=${ACME}`,
  )
  const panel = await screen.findByRole('dialog', { name: 'Acme GmbH' })
  expect(await within(panel).findByText('Its oldest invoice is 25 days overdue')).toBeInTheDocument()
  expect(await within(panel).findByText('INV-1')).toBeInTheDocument()
  expect(await within(panel).findByText('Call: Will pay')).toBeInTheDocument()
  expect(within(panel).getByText('On Friday.')).toBeInTheDocument()
  expect(within(panel).getByText(/^Broken: €800.00 of INV-1 until/)).toBeInTheDocument()
  await userEvent.click(within(panel).getByRole('combobox', { name: 'Looked after by' }))
  await userEvent.click(await screen.findByRole('option', { name: 'Grace' }))
  await waitFor(() => expect(bodiesOf(`PATCH /api/worklist/${ACME}`)).toEqual([{ owner_id: 'g' }]))
})

test('the panel of a customer without an assessment, invoices or past says so', async () => {
  open({}, `?peek=${ACME}`)
  const panel = await screen.findByRole('dialog', { name: 'Acme GmbH' })
  expect(await within(panel).findByText('No assessment says more.')).toBeInTheDocument()
  expect(await within(panel).findByText('Nothing is open.')).toBeInTheDocument()
  expect(await within(panel).findByText('Nothing happened yet')).toBeInTheDocument()
})

test('who only reads sees nothing to do', async () => {
  open({ 'GET /api/session': answer(session({ role: 'viewer' })) }, `?peek=${ACME}`)
  const panel = await screen.findByRole('dialog', { name: 'Acme GmbH' })
  expect(within(panel).queryByRole('button', { name: 'Log call' })).not.toBeInTheDocument()
  expect(within(panel).queryByRole('combobox', { name: 'Looked after by' })).not.toBeInTheDocument()
})

test('nothing to chase, nobody who rests, and what cannot be read', async () => {
  open({ 'GET /api/worklist': listed([]) })
  expect(await screen.findByText('Nothing to chase')).toBeInTheDocument()
})

test('where nobody rests that is said', async () => {
  open({ 'GET /api/worklist': listed([]) }, '?resting=true')
  expect(await screen.findByText('No customer rests')).toBeInTheDocument()
})

test('a list that cannot be read says why', async () => {
  open({ 'GET /api/worklist': problem(503, 'unavailable', 'The database does not answer.') })
  expect(await screen.findByText('The database does not answer.')).toBeInTheDocument()
})

test('a page as it is once a customer was marked', () => {
  const page = { items: [contact(), contact({ customer_id: 'b' })] } as Listed
  const ids = (changed: Listed) => changed.items.map(({ customer_id }) => customer_id)
  expect(ids(marked(page, ACME, { snoozed_until: '2026-12-01' }))).toEqual(['b'])
  expect(ids(marked(page, ACME, { snoozed_until: null }))).toEqual(['b'])
  expect(ids(marked(page, ACME, { owner_id: 'g' }))).toEqual([ACME, 'b'])
  const owned = { items: [contact({ owner: { id: 'g', name: 'Grace' } })] } as Listed
  expect(marked(owned, ACME, { owner_id: null }).items[0]?.owner).toBeNull()
})
