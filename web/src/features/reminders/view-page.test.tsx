import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ConfirmProvider } from '@/components/confirm'
import type { Reminder } from '@/components/reminders/api'
import { problem, session, standInForHub } from '@/test/hub'
import { answer, renderPage } from '@/test/render'
import { event, id, refusal, reminder } from './fixtures'
import { ReminderPage } from './view-page'

vi.mock('next/navigation', () => ({
  useRouter: () => ({ push: vi.fn() }),
  usePathname: () => '/reminders/view/',
}))

const HERE = `/api/reminders/${id(12)}`

beforeEach(() => sessionStorage.clear())
afterEach(() => vi.unstubAllGlobals())

function open(
  shown: Reminder = reminder(12),
  {
    role = 'admin' as 'admin' | 'member' | 'viewer',
    answers = {} as Parameters<typeof standInForHub>[0],
    searchParams = `?id=${id(12)}`,
  } = {},
) {
  const hub = standInForHub({
    'GET /api/session': answer(session({ role })),
    'GET /api/tenant': answer({ time_zone: 'UTC', home_currency: 'EUR' }),
    'GET /api/channels': answer({ items: [] }),
    [`GET ${HERE}`]: answer(shown),
    [`GET ${HERE}/events`]: answer({
      items: [
        event(1, 'planned', { by: 'policy', by_kind: 'system' }),
        event(2, 'deferred', { after: { reason: { code: 'busy', sentence: 'The server asks to wait.' } } }),
      ],
    }),
    ...answers,
  })
  renderPage(
    <ConfirmProvider>
      <ReminderPage />
    </ConfirmProvider>,
    { searchParams },
  )
  return hub
}
const heading = () => screen.findByRole('heading', { level: 1, name: 'Reminder R-12' })

test('a reminder says to whom it goes, what it asks for, why it is there and what happened', async () => {
  open()
  await heading()
  expect(screen.getByText('Jo Doe <ap@acme.example>')).toBeInTheDocument()
  expect(screen.getByRole('link', { name: 'INV-12' })).toBeInTheDocument()
  expect(screen.getByRole('link', { name: 'Standard' })).toHaveAttribute(
    'href',
    expect.stringMatching(/^\/settings\/reminder-policies\/?\?id=/),
  )
  expect(await screen.findByText('The server asks to wait.')).toBeInTheDocument()
  expect(screen.getByText('by the hub')).toBeInTheDocument()
})

test('what the policy expects of it is said, and whether that was measured', async () => {
  open(reminder(12, { expected_gain: [{ currency: 'EUR', amount: '10.0000', days: 2.5, basis: 'assumed' }] }))
  await heading()
  expect(screen.getByText('EUR 2.5 days sooner, an assumption')).toBeInTheDocument()
})

test('markup in a message is text, and its page can run nothing', async () => {
  open(reminder(12, { text: '<img src=x onerror=alert(1)>', html: '<script>top.x=1</script>' }))
  await heading()
  expect(screen.getByTitle('The message as an e-mail')).toHaveAttribute('sandbox', '')
  await userEvent.click(screen.getByRole('tab', { name: 'Plain text' }))
  expect(await screen.findByText('<img src=x onerror=alert(1)>')).toBeInTheDocument()
})

test('only the steps that the hub offers are there, and their keys', async () => {
  open(reminder(12, { status: 'sent', sent_at: '2026-11-27T08:00:00+00:00', steps: [] }))
  await heading()
  for (const name of ['Approve', 'Reject', 'Skip', 'Edit', 'Withdraw'])
    expect(screen.queryByRole('button', { name })).toBeNull()
  await userEvent.keyboard('ar')
  expect(screen.queryByRole('dialog')).toBeNull()
})

test('nobody but a person says whether an uncertain one went out', async () => {
  const { bodiesOf } = open(reminder(12, { status: 'uncertain', steps: ['settle'] }), {
    answers: { [`POST ${HERE}/settle`]: answer(reminder(12, { status: 'sent', steps: [] })) },
  })
  await heading()
  expect(screen.getByText('Nobody knows whether this went out')).toBeInTheDocument()
  await userEvent.click(screen.getByRole('button', { name: 'It was not sent' }))
  const question = await screen.findByRole('alertdialog', { name: 'Was R-12 not sent?' })
  expect(within(question).getByText(/the customer gets it twice/)).toBeInTheDocument()
  await userEvent.click(within(question).getByRole('button', { name: 'Cancel' }))
  expect(bodiesOf(`POST ${HERE}/settle`)).toHaveLength(0)
  await userEvent.click(screen.getByRole('button', { name: 'It was sent' }))
  await userEvent.click(
    within(await screen.findByRole('alertdialog', { name: 'Was R-12 sent?' })).getByRole('button', {
      name: 'It was sent',
    }),
  )
  await waitFor(() => expect(bodiesOf(`POST ${HERE}/settle`)).toEqual([{ was_sent: true }]))
})

test('what failed says why, and is tried again after a question', async () => {
  const { bodiesOf } = open(
    reminder(12, {
      status: 'failed',
      reason: { code: 'auth', sentence: 'The server refuses the password.' },
      steps: ['retry', 'cancel'],
    }),
    { answers: { [`POST ${HERE}/retry`]: answer(reminder(12, { status: 'approved' })) } },
  )
  await heading()
  expect(screen.getByText('Why it failed')).toBeInTheDocument()
  expect(screen.getByText('The server refuses the password.')).toBeInTheDocument()
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }))
  const question = await screen.findByRole('alertdialog', { name: 'Send R-12 again?' })
  await userEvent.click(within(question).getByRole('button', { name: 'Try again' }))
  await waitFor(() => expect(bodiesOf(`POST ${HERE}/retry`)).toHaveLength(1))
})

test('a draft is sent after its count and amount were confirmed', async () => {
  const { bodiesOf } = open(reminder(12, { status: 'draft', steps: ['schedule', 'update'] }), {
    answers: { [`POST ${HERE}/schedule`]: answer(reminder(12, { status: 'approved' })) },
  })
  await heading()
  await userEvent.click(screen.getByRole('button', { name: 'Send' }))
  const question = await screen.findByRole('alertdialog', { name: 'Send this reminder?' })
  expect(
    within(question).getByText('It goes to 1 recipient about 1 invoice and asks for €1,204.50.'),
  ).toBeInTheDocument()
  await userEvent.click(within(question).getByRole('button', { name: 'Send' }))
  await waitFor(() =>
    expect(bodiesOf(`POST ${HERE}/schedule`)).toEqual([{ scheduled_at: null, for_approval: false }]),
  )
})

test('drafts that were refused are kept with what was refused of them', async () => {
  open(
    reminder(12, {
      fell_back: 'The model’s text was refused twice.',
      attempts: [
        {
          writer: 'llm_writer',
          subject: 'Invoice',
          text: 'Dear Jo Doe, Invoice 99',
          refusals: [refusal({ start: 13, end: 23, span: 'Invoice 99' })],
        },
      ],
    }),
  )
  await heading()
  expect(screen.getByText('The model’s text was refused twice.')).toBeInTheDocument()
  await userEvent.click(screen.getByText('Draft 1 by llm_writer: 1 passage refused'))
  expect((await screen.findAllByText('Invoice 99')).some((each) => each.tagName === 'MARK')).toBe(true)
})

test('an invoice that fell away says why', async () => {
  const { items } = reminder(12)
  open(
    reminder(12, {
      items: [{ ...items[0]!, dropped: { code: 'promised', sentence: 'Promised for 4 December.' } }],
    }),
  )
  await heading()
  expect(screen.getByText('Promised for 4 December.')).toBeInTheDocument()
})

test('one that is not there is said to be gone', async () => {
  open(reminder(12), {
    answers: { [`GET ${HERE}`]: () => problem(404, 'not_found', 'There is no such reminder.') },
  })
  expect(await screen.findByText('There is no such reminder.')).toBeInTheDocument()
})

test('without an id there is the way to the list', async () => {
  open(reminder(12), { searchParams: '' })
  expect(await screen.findByRole('link', { name: 'Show the reminders' })).toBeInTheDocument()
})
