import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ConfirmProvider } from '@/components/confirm'
import type { Reminder } from '@/components/reminders/api'
import { toast } from '@/lib/toast'
import { problem, session, standInForHub } from '@/test/hub'
import { answer, renderPage } from '@/test/render'
import { id, item, refusal, reminder, totals } from './fixtures'
import { RemindersPage } from './page'

vi.mock('next/navigation', () => ({ useRouter: () => ({ push: vi.fn() }), usePathname: () => '/reminders/' }))

const asked: URLSearchParams[] = []
const MAIL = { id: 'c1', name: 'Mail', purpose: 'debtors', status: 'ready', reason: null }

beforeEach(() => {
  asked.length = 0
  localStorage.clear()
  sessionStorage.clear()
})
afterEach(() => vi.unstubAllGlobals())

function open({
  searchParams = '',
  role = 'member' as 'admin' | 'member' | 'viewer',
  listed = () => answer({ items: [1, 2, 3].map((number) => item(number)), next_cursor: null }),
  channels = [MAIL],
  details = {} as Partial<Reminder>,
  answers = {} as Parameters<typeof standInForHub>[0],
} = {}) {
  const addresses: string[] = []
  const hub = standInForHub({
    'GET /api/session': answer(session({ role })),
    'GET /api/tenant': answer({ time_zone: 'UTC', home_currency: 'EUR' }),
    'GET /api/views': answer({ items: [] }),
    'GET /api/channels': answer({ items: channels }),
    'GET /api/reminders': ({ url }) => {
      const { searchParams: query } = new URL(url)
      if (query.get('include')) return answer({ items: [], next_cursor: null, totals: totals(24) })
      asked.push(query)
      return listed()
    },
    ...Object.fromEntries(
      [1, 2, 3].map((number) => [`GET /api/reminders/${id(number)}`, answer(reminder(number, details))]),
    ),
    ...answers,
  })
  renderPage(
    <ConfirmProvider>
      <RemindersPage />
    </ConfirmProvider>,
    { searchParams, onUrlUpdate: ({ queryString }) => addresses.push(queryString) },
  )
  return { ...hub, addresses }
}
const shown = (number: number) => screen.findByRole('article', { name: `R-${number}` })
const newest = () => Object.fromEntries(asked.at(-1)!)
const steps = (number: number, step: string) => `POST /api/reminders/${id(number)}/${step}`

test('what waits is listed, and the first one is shown as it would be sent', async () => {
  open()
  const preview = await shown(1)
  expect(newest()).toEqual({ status: 'to_approve', sort: 'scheduled_at', limit: '50' })
  expect(within(preview).getByTitle('The message as an e-mail')).toHaveAttribute('sandbox', '')
  expect(within(preview).getByText('Jo Doe <ap@acme.example>')).toBeInTheDocument()
  expect(within(preview).getByText('The books bear out everything it says.')).toBeInTheDocument()
  expect(await screen.findByText('€182,400.00')).toBeInTheDocument()
  expect(screen.getByText('asked for in 24 reminders')).toBeInTheDocument()
})

test('J and K go from one to the next, and the address says which is shown', async () => {
  const { addresses } = open()
  await shown(1)
  await userEvent.keyboard('j')
  await shown(2)
  expect(addresses.at(-1)).toBe(`?at=${id(2)}`)
  await userEvent.keyboard('jj')
  await shown(3)
  await userEvent.keyboard('k')
  await shown(2)
})

test('A approves the one that is shown, as it was shown, and the next one follows', async () => {
  const { asked: requests } = open({ answers: { [steps(1, 'approve')]: answer(reminder(1)) } })
  await shown(1)
  await userEvent.keyboard('a')
  await shown(2)
  const request = requests.find((each) => each.request === steps(1, 'approve'))
  expect(request?.headers.get('If-Match')).toBe('"3"')
  expect(request?.headers.get('Idempotency-Key')).toBeTruthy()
})

test('that the last one is approved is said, although nothing is left to show', async () => {
  const said = vi.spyOn(toast, 'success')
  let items = [item(1)]
  open({
    listed: () => answer({ items, next_cursor: null }),
    answers: {
      [steps(1, 'approve')]: () => {
        items = []
        return answer(reminder(1, { status: 'approved', steps: [] }))
      },
    },
  })
  await shown(1)
  await userEvent.keyboard('a')
  expect(await screen.findByText('Nothing waits for approval')).toBeInTheDocument()
  await waitFor(() => expect(said).toHaveBeenCalledWith('R-1 is approved'))
  said.mockRestore()
})

test('a text that the books do not bear out is marked, and approved only on purpose', async () => {
  const { bodiesOf } = open({
    details: { verdict: { passes: false, refusals: [refusal()] } },
    answers: { [steps(1, 'approve')]: answer(reminder(1)) },
  })
  const preview = await shown(1)
  expect(preview.querySelector('mark')).toHaveTextContent('Invoice')
  expect(within(preview).getByText('No such invoice is asked for.')).toBeInTheDocument()
  await userEvent.keyboard('a')
  const question = await screen.findByRole('alertdialog', { name: 'Approve R-1 all the same?' })
  await userEvent.click(within(question).getByRole('button', { name: 'Cancel' }))
  expect(bodiesOf(steps(1, 'approve'))).toHaveLength(0)
})

test('R rejects with a reason, and not without', async () => {
  const { bodiesOf } = open({ answers: { [steps(1, 'reject')]: answer(reminder(1)) } })
  await shown(1)
  await userEvent.keyboard('r')
  const dialog = await screen.findByRole('dialog', { name: 'Reject R-1?' })
  await userEvent.click(within(dialog).getByRole('button', { name: 'Reject' }))
  expect(await within(dialog).findByText('Say why')).toBeInTheDocument()
  expect(bodiesOf(steps(1, 'reject'))).toHaveLength(0)
  await userEvent.type(within(dialog).getByLabelText('Reason'), 'They called.')
  await userEvent.click(within(dialog).getByRole('button', { name: 'Reject' }))
  await waitFor(() => expect(bodiesOf(steps(1, 'reject'))).toEqual([{ reason: 'They called.' }]))
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
})

test('a refusal of the hub is said where it was asked', async () => {
  open({
    answers: {
      [steps(1, 'reject')]: () => problem(409, 'conflict', 'R-1 cannot take this step: it is sent.'),
    },
  })
  await shown(1)
  await userEvent.keyboard('r')
  const dialog = await screen.findByRole('dialog')
  await userEvent.type(within(dialog).getByLabelText('Reason'), 'No')
  await userEvent.click(within(dialog).getByRole('button', { name: 'Reject' }))
  expect(await within(dialog).findByText('R-1 cannot take this step: it is sent.')).toBeInTheDocument()
})

test('what an admin has to approve, a member cannot', async () => {
  open({
    listed: () => answer({ items: [item(1, { approve: 'admin' })], next_cursor: null }),
    details: { approve: 'admin', steps: ['reject', 'skip', 'update'] },
  })
  const preview = await shown(1)
  expect(within(preview).queryByRole('button', { name: /Approve/ })).toBeNull()
  expect(within(preview).getByText('An admin has to approve this reminder.')).toBeInTheDocument()
})

test('who only reads decides nothing', async () => {
  const { asked: requests } = open({ role: 'viewer' })
  await shown(1)
  for (const name of [/Approve/, /Reject/, /Skip/, /Edit/, /New reminder/])
    expect(screen.queryByRole('button', { name })).toBeNull()
  expect(screen.queryByRole('checkbox')).toBeNull()
  await userEvent.keyboard('arn')
  expect(requests.filter(({ request }) => request.startsWith('POST'))).toHaveLength(0)
  expect(screen.queryByRole('dialog')).toBeNull()
})

test('several are approved after the count and the amount were confirmed', async () => {
  const { bodiesOf } = open({
    listed: () =>
      answer({
        items: [item(1), item(2, { customer_id: id(99) }), item(3)],
        next_cursor: null,
      }),
    answers: {
      'POST /api/reminders/bulk': answer({
        done: [id(1)],
        failed: [{ id: id(2), code: 'refused_text', detail: 'The text of R-2 has 1 passages.' }],
      }),
    },
  })
  await shown(1)
  await userEvent.click(screen.getByRole('checkbox', { name: 'Select R-1' }))
  await userEvent.click(screen.getByRole('checkbox', { name: 'Select R-2' }))
  const bar = screen.getByRole('region', { name: 'Selection' })
  expect(within(bar).getByText('€2,409.00')).toBeInTheDocument()
  await userEvent.click(within(bar).getByRole('button', { name: 'Send 2 reminders to 2 customers' }))
  const question = await screen.findByRole('alertdialog')
  expect(within(question).getByText('They ask for €2,409.00.')).toBeInTheDocument()
  await userEvent.click(within(question).getByRole('button', { name: 'Send 2' }))
  await waitFor(() =>
    expect(bodiesOf('POST /api/reminders/bulk')).toEqual([{ action: 'approve', ids: [id(1), id(2)] }]),
  )
})

test('all that match are named by the filter', async () => {
  const { bodiesOf } = open({
    answers: { 'POST /api/reminders/bulk': answer({ done: [], failed: [] }) },
    searchParams: '?q=acme',
  })
  await shown(1)
  await screen.findByText('€182,400.00')
  await userEvent.click(screen.getByRole('checkbox', { name: 'Select all on this page' }))
  await userEvent.click(screen.getByRole('button', { name: 'Select all 24 matching' }))
  await userEvent.click(screen.getByRole('button', { name: 'Send 24 reminders to 23 customers' }))
  await userEvent.click(
    within(await screen.findByRole('alertdialog')).getByRole('button', { name: 'Send 24' }),
  )
  await waitFor(() =>
    expect(bodiesOf('POST /api/reminders/bulk')).toEqual([
      { action: 'approve', filter: { status: ['to_approve'], q: 'acme', sort: 'scheduled_at' } },
    ]),
  )
})

test('what was sent says what became of it, and each tab has its order', async () => {
  const { addresses } = open({
    listed: () =>
      answer({
        items: [
          item(4, { status: 'sent', sent_at: '2026-11-27T09:00:00+00:00', delivery: 'bounced' }),
          item(5, {
            status: 'sent',
            sent_at: '2026-11-27T09:00:00+00:00',
            delivery: 'delivered',
            replied_at: '2026-11-27T10:00:00+00:00',
          }),
        ],
        next_cursor: null,
      }),
    searchParams: '?tab=sent',
  })
  const row = await screen.findByRole('row', { name: /R-4/ })
  expect(newest()).toEqual({ status: 'sent', sort: '-sent_at', limit: '50' })
  expect(within(row).getByText('Bounced')).toBeInTheDocument()
  expect(within(await screen.findByRole('row', { name: /R-5/ })).getByText('Replied')).toBeInTheDocument()
  await userEvent.click(screen.getByRole('tab', { name: 'Failed' }))
  await waitFor(() => expect(newest().status).toBe('failed,uncertain'))
  expect(addresses.at(-1)).toBe('?tab=failed')
})

test('why something was not sent stands in its row', async () => {
  open({
    searchParams: '?tab=skipped',
    listed: () =>
      answer({
        items: [item(6, { status: 'skipped', reason: { code: 'paid', sentence: 'Nothing is open.' } })],
        next_cursor: null,
      }),
  })
  expect(await screen.findByText('Nothing is open.')).toBeInTheDocument()
})

test('what nobody knows in the address is ignored', async () => {
  open({ searchParams: '?tab=sent&kind=manual,what&delivery=bounced&channel=x&customer=y&sort=-amount' })
  await waitFor(() => expect(asked).not.toHaveLength(0))
  expect(newest()).toEqual({
    status: 'sent',
    kind: 'manual',
    delivery: 'bounced',
    sort: '-amount',
    limit: '50',
  })
})

test('without a channel it is said that nothing can go out, and who can set one up', async () => {
  open({ channels: [], role: 'admin' })
  expect(await screen.findByText('Nothing can be sent yet')).toBeInTheDocument()
  expect(screen.getByRole('link', { name: 'Set up a channel' })).toHaveAttribute(
    'href',
    expect.stringMatching(/^\/settings\/channels\/?$/),
  )
})

test('a channel that fails says why', async () => {
  open({ channels: [{ ...MAIL, status: 'failing', reason: 'The server refuses the password.' } as never] })
  expect(await screen.findByText('Mail does not work at the moment')).toBeInTheDocument()
  expect(screen.getByText(/The server refuses the password\./)).toBeInTheDocument()
})

test('where nothing waits, that is said', async () => {
  open({ listed: () => answer({ items: [], next_cursor: null }) })
  expect(await screen.findByText('Nothing waits for approval')).toBeInTheDocument()
})

test('nothing that matches leads back to all', async () => {
  const { addresses } = open({
    searchParams: '?q=nobody',
    listed: () => answer({ items: [], next_cursor: null }),
  })
  expect(await screen.findByText('No reminders match')).toBeInTheDocument()
  await userEvent.click(screen.getAllByRole('button', { name: 'Clear filters' }).at(-1)!)
  await waitFor(() => expect(addresses.at(-1)).toBe(''))
})

test('who may not see reminders is told so, and a failure is asked again', async () => {
  let status = 403
  open({
    listed: () =>
      status === 200
        ? answer({ items: [item(1)], next_cursor: null })
        : problem(status, status === 403 ? 'forbidden' : 'broken', 'It broke.'),
  })
  expect(await screen.findByText('Not allowed')).toBeInTheDocument()
  status = 200
})
