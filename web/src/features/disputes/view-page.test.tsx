import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ConfirmProvider } from '@/components/confirm'
import { problem, session, standInForHub } from '@/test/hub'
import { answer, renderPage } from '@/test/render'
import type { Dispute } from './api'
import { ADA, adjustment, dispute, event, item } from './fixtures'
import { DisputePage } from './view-page'

const push = vi.fn()
vi.mock('next/navigation', () => ({
  useRouter: () => ({ push }),
  usePathname: () => '/disputes/view/',
}))

const ID = dispute().id
const HERE = `/api/disputes/${ID}`

beforeEach(() => {
  push.mockReset()
  sessionStorage.clear()
})
afterEach(() => vi.unstubAllGlobals())

function open(
  shown: Dispute = dispute(),
  {
    role = 'admin' as 'admin' | 'member' | 'viewer',
    answers = {} as Parameters<typeof standInForHub>[0],
    searchParams = `?id=${ID}`,
  } = {},
) {
  const hub = standInForHub({
    'GET /api/session': answer(session({ role })),
    'GET /api/tenant': answer({ time_zone: 'UTC', home_currency: 'EUR' }),
    'GET /api/adjustments': answer({ items: [] }),
    'GET /api/disputes/owners': answer({ items: [ADA, { id: item(900).id, name: 'Grace' }] }),
    [`GET ${HERE}`]: answer(shown),
    [`GET ${HERE}/history`]: answer({ items: [event(1, 'opened', { after: { source: 'email' } })] }),
    ...answers,
  })
  const { unmount } = renderPage(
    <ConfirmProvider>
      <DisputePage />
    </ConfirmProvider>,
    { searchParams },
  )
  return { ...hub, unmount }
}
const heading = () => screen.findByRole('heading', { level: 1, name: 'Dispute D-12' })
const marks = () => [...document.querySelectorAll('mark')].map((mark) => mark.textContent)

test('the words that speak for the reason are marked, and those of another one on request', async () => {
  open()
  await heading()
  expect(marks()).toEqual(['We got 36 of '])
  expect(screen.getByText('Underlined words speak for: Quantity short')).toBeInTheDocument()
  await userEvent.click(screen.getByRole('button', { name: /Not received/ }))
  expect(marks()).toEqual(['cartons'])
  expect(screen.getByRole('button', { name: /Not received/ })).toHaveAttribute('aria-pressed', 'true')
  expect(screen.getByText('Read by minilm_disputes 1.0.0')).toBeInTheDocument()
})

test('what the customer wrote is text, whatever it holds', async () => {
  open(dispute({ text: '<img src=x onerror=alert(1)> & co', reading: null, code: null, code_by: null }))
  await heading()
  expect(screen.getByText('<img src=x onerror=alert(1)> & co')).toBeInTheDocument()
  expect(screen.getByText('Being read…')).toBeInTheDocument()
})

test('the suggestion says its rule, who approves it and what is missing', async () => {
  open()
  await heading()
  expect(screen.getByText('shortage_on_record')).toBeInTheDocument()
  expect(screen.getByRole('link', { name: 'policy 4' })).toHaveAttribute(
    'href',
    expect.stringMatching(/^\/settings\/dispute-policy\/?$/),
  )
  expect(screen.getByText('An admin')).toBeInTheDocument()
  expect(screen.getAllByText('Proof of delivery')).toHaveLength(2)
  expect(screen.getByText(/3 similar disputes ended:/)).toHaveTextContent('Valid, credited 2 · Withdrawn 1')
})

test('a warning comes before all else', async () => {
  open(
    dispute({
      suggestion: { ...dispute().suggestion!, warning: 'Call back on a number known before.' },
    }),
  )
  expect(await screen.findByText('Call back on a number known before.')).toBeInTheDocument()
})

test('what nobody matched says so, and what could not be read says why', async () => {
  open(
    dispute({
      invoice: null,
      invoice_id: null,
      customer: null,
      customer_id: null,
      currency: null,
      reading: { ...dispute().reading!, labels: [], problem: 'The extra nlp is not installed.' },
      code: null,
      code_by: null,
      p_code: null,
      is_sure: null,
      suggestion: null,
    }),
  )
  expect(await screen.findByText('No invoice is known for this dispute')).toBeInTheDocument()
  expect(screen.getByText('The extra nlp is not installed.')).toBeInTheDocument()
  expect(screen.getByText('ap@acme.example')).toBeInTheDocument()
})

test('a key names the group, the next one the reason, and further ones stay', async () => {
  const { bodiesOf } = open(dispute({ codes: ['credit_pending'] }), {
    answers: { [`POST ${HERE}/code`]: answer(dispute({ code: 'freight_charge', code_by: 'person' })) },
  })
  await heading()
  await userEvent.keyboard('1')
  const dialog = await screen.findByRole('dialog', { name: 'Pricing' })
  expect(within(dialog).getByRole('button', { name: /Terms or discount/ })).toBeInTheDocument()
  await userEvent.keyboard('3')
  await waitFor(() =>
    expect(bodiesOf(`POST ${HERE}/code`)).toEqual([{ code: 'freight_charge', codes: ['credit_pending'] }]),
  )
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
})

test('the reason is confirmed with a press', async () => {
  const { bodiesOf } = open(dispute({ is_sure: false, p_code: 0.4 }), {
    answers: { [`POST ${HERE}/code`]: answer(dispute({ code_by: 'person' })) },
  })
  await heading()
  expect(screen.getByText(/not sure enough/)).toBeInTheDocument()
  await userEvent.click(await screen.findByRole('button', { name: 'Confirm reason' }))
  await waitFor(() =>
    expect(bodiesOf(`POST ${HERE}/code`)).toEqual([{ code: 'quantity_shortage', codes: [] }]),
  )
})

test('a proposal begins with what is suggested, and an amount that is none goes nowhere', async () => {
  const { bodiesOf } = open(dispute(), {
    answers: { [`POST ${HERE}/propose`]: answer(dispute({ status: 'proposed' })) },
  })
  await heading()
  await userEvent.keyboard('p')
  const dialog = await screen.findByRole('dialog', { name: 'Propose a resolution of D-12' })
  expect(within(dialog).getByRole('combobox', { name: 'Resolution' })).toHaveTextContent('Credit')
  const amount = within(dialog).getByLabelText('Amount (EUR)')
  expect(amount).toHaveValue('120.00')
  await userEvent.clear(amount)
  await userEvent.click(within(dialog).getByRole('button', { name: 'Propose' }))
  expect(await within(dialog).findByText(/An amount above 0/)).toBeInTheDocument()
  await userEvent.type(amount, '99,50')
  await userEvent.type(within(dialog).getByLabelText(/Note/), 'As on the delivery note.')
  await userEvent.click(within(dialog).getByRole('button', { name: 'Propose' }))
  await waitFor(() =>
    expect(bodiesOf(`POST ${HERE}/propose`)).toEqual([
      { action: 'credit', amount: '99.50', note: 'As on the delivery note.' },
    ]),
  )
})

test('rejecting takes a why', async () => {
  const { bodiesOf } = open(dispute(), {
    answers: { [`POST ${HERE}/reject`]: answer(dispute({ status: 'rejected' })) },
  })
  await heading()
  await userEvent.click(await screen.findByRole('button', { name: 'Reject' }))
  const dialog = await screen.findByRole('dialog')
  await userEvent.click(within(dialog).getByRole('button', { name: 'Reject' }))
  expect(await within(dialog).findByText('Say why')).toBeInTheDocument()
  expect(bodiesOf(`POST ${HERE}/reject`)).toEqual([])
  await userEvent.type(within(dialog).getByLabelText('Why'), 'Signed for in full.')
  await userEvent.click(within(dialog).getByRole('button', { name: 'Reject' }))
  await waitFor(() => expect(bodiesOf(`POST ${HERE}/reject`)).toEqual([{ note: 'Signed for in full.' }]))
})

test('who may not approve is told why, and the dispute stays', async () => {
  const proposal = {
    action: 'credit' as const,
    amount: '120.0000',
    note: 'Short.',
    by: 'Ada',
    is_own: true,
    at: '2026-11-27T09:00:00+00:00',
  }
  open(dispute({ status: 'proposed', moves: ['accept', 'reject'], proposal }), {
    answers: {
      [`POST ${HERE}/accept`]: problem(403, 'forbidden', 'The policy asks for a second person.'),
    },
  })
  await heading()
  expect(screen.getByText(/Proposed by you/)).toBeInTheDocument()
  await userEvent.click(await screen.findByRole('button', { name: 'Accept' }))
  const dialog = await screen.findByRole('dialog', { name: 'Accept D-12' })
  expect(dialog).toHaveTextContent('Credit€120.00on invoice INV-7')
  await userEvent.click(within(dialog).getByRole('button', { name: 'Accept' }))
  expect(await within(dialog).findByText('The policy asks for a second person.')).toBeInTheDocument()
})

test('it ends only as it can from where it is', async () => {
  const { bodiesOf } = open(
    dispute({ status: 'accepted', moves: ['resolve'], outcomes: ['partly_valid', 'goodwill'] }),
    { answers: { [`POST ${HERE}/resolve`]: answer(dispute({ status: 'resolved' })) } },
  )
  await heading()
  await userEvent.keyboard('v')
  const dialog = await screen.findByRole('dialog')
  await userEvent.click(within(dialog).getByRole('combobox', { name: 'Outcome' }))
  expect(screen.getAllByRole('option').map((each) => each.textContent)).toEqual(['Partly valid', 'Goodwill'])
  await userEvent.click(screen.getByRole('option', { name: 'Goodwill' }))
  await userEvent.click(within(dialog).getByRole('button', { name: 'Resolve' }))
  await waitFor(() => expect(bodiesOf(`POST ${HERE}/resolve`)).toEqual([{ outcome: 'goodwill', note: null }]))
})

test('only what was changed is sent, against the version that was read', async () => {
  const { asked } = open(dispute(), { answers: { [`PATCH ${HERE}`]: answer(dispute()) } })
  await heading()
  await userEvent.click(await screen.findByRole('button', { name: 'Edit' }))
  const dialog = await screen.findByRole('dialog', { name: 'Edit D-12' })
  await userEvent.click(within(dialog).getByRole('combobox', { name: 'Owner' }))
  await userEvent.click(await screen.findByRole('option', { name: 'Grace' }))
  await userEvent.clear(within(dialog).getByLabelText(/Disputed/))
  await userEvent.click(within(dialog).getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  const sent = asked.find(({ request }) => request === `PATCH ${HERE}`)!
  expect([sent.headers.get('If-Match'), sent.body]).toEqual(['"3"', { owner_id: item(900).id, amount: null }])
})

test('what somebody else has changed meanwhile is not overwritten', async () => {
  open(dispute(), {
    answers: { [`PATCH ${HERE}`]: problem(412, 'precondition', 'It was changed.') },
  })
  await heading()
  await userEvent.click(await screen.findByRole('button', { name: 'Edit' }))
  const dialog = await screen.findByRole('dialog')
  await userEvent.type(within(dialog).getByLabelText(/Product/), 'Cartons')
  await userEvent.click(within(dialog).getByRole('button', { name: 'Save' }))
  expect(await within(dialog).findByText(/Somebody else changed this/)).toBeInTheDocument()
})

test('taking it is a key', async () => {
  const { bodiesOf } = open(dispute(), { answers: { [`PATCH ${HERE}`]: answer(dispute({ owner: ADA })) } })
  await heading()
  await userEvent.keyboard('m')
  await waitFor(() => expect(bodiesOf(`PATCH ${HERE}`)).toEqual([{ owner_id: ADA.id }]))
})

test('evidence is said to be at hand, with a link that is one', async () => {
  const { bodiesOf } = open(dispute(), { answers: { [`POST ${HERE}/evidence`]: answer(dispute()) } })
  await heading()
  await userEvent.click(await screen.findByRole('button', { name: 'Edit: Packing list' }))
  const dialog = await screen.findByRole('dialog', { name: 'Packing list' })
  await userEvent.click(within(dialog).getByRole('combobox', { name: 'Status' }))
  await userEvent.click(await screen.findByRole('option', { name: 'At hand' }))
  await userEvent.type(within(dialog).getByLabelText(/Link/), 'http://files.example/p.pdf')
  await userEvent.click(within(dialog).getByRole('button', { name: 'Save' }))
  expect(await within(dialog).findByText('A link that begins with https://')).toBeInTheDocument()
  await userEvent.clear(within(dialog).getByLabelText(/Link/))
  await userEvent.type(within(dialog).getByLabelText(/Link/), 'https://files.example/p.pdf')
  await userEvent.click(within(dialog).getByRole('button', { name: 'Save' }))
  await waitFor(() =>
    expect(bodiesOf(`POST ${HERE}/evidence`)).toEqual([
      { kind: 'packing_list', status: 'have', url: 'https://files.example/p.pdf', note: null },
    ]),
  )
})

test('the history says in words what happened, the newest first', async () => {
  open(dispute(), {
    answers: {
      [`GET ${HERE}/history`]: answer({
        items: [
          event(1, 'opened', { after: { source: 'email' } }),
          event(2, 'classified', { after: { code: 'pricing', p_code: 0.61 }, by: 'hub' }),
          event(3, 'corrected', { before: { code: 'pricing' }, after: { code: 'quantity_shortage' } }),
          event(4, 'due', { before: { due_on: '2026-12-04' }, after: { due_on: '2026-12-11' } }),
          event(5, 'moved', {
            before: { status: 'open' },
            after: { status: 'proposed', proposed_action: 'credit', proposed_amount: '99.5000' },
            text: 'As on the delivery note.',
          }),
          event(6, 'adjusted', {
            after: { adjustment_id: 'a', kind: 'credit', amount: '99.5000', currency: 'EUR' },
          }),
          event(7, 'written_back', { after: { adjustment_id: 'a', status: 'failed' } }),
          event(8, 'evidence', { after: { evidence: { packing_list: 'have' } } }),
        ],
      }),
    },
  })
  await screen.findByText(/Packing list: At hand/)
  const said = screen
    .getAllByRole('listitem')
    .map((each) => each.textContent)
    .filter((each) => each?.includes('by '))
  expect(said.map((each) => each!.split(' by ')[0])).toEqual([
    'Packing list: At hand',
    'Adjustment: Failed',
    'Credit of €99.50 noted',
    'Proposed: Credit €99.50',
    'Due date changed from Dec 4, 2026 to Dec 11, 2026',
    'Reason changed from Price to Quantity short',
    'Read as Price, 61%',
    'Opened (E-mail)',
  ])
  expect(screen.getByText('As on the delivery note.')).toBeInTheDocument()
})

test('a comment is written with the keyboard alone', async () => {
  const { bodiesOf } = open(dispute(), {
    answers: { [`POST ${HERE}/comments`]: answer(event(9, 'commented'), 201) },
  })
  await heading()
  await userEvent.keyboard('c')
  expect(screen.getByLabelText('Comment')).toHaveFocus()
  await userEvent.keyboard('Asked sales.{Tab}{Enter}')
  await waitFor(() => expect(bodiesOf(`POST ${HERE}/comments`)).toEqual([{ text: 'Asked sales.' }]))
})

test('an adjustment is written to the books after a question, and says what is in the way', async () => {
  const { asked } = open(dispute({ status: 'accepted', moves: ['resolve'] }), {
    answers: {
      'GET /api/adjustments': answer({
        items: [adjustment({ status: 'failed', error: 'The connection needs to be reconnected.' })],
      }),
      [`POST /api/adjustments/${adjustment().id}/write-back`]: answer({}, 202),
    },
  })
  expect(await screen.findByText('The connection needs to be reconnected.')).toBeInTheDocument()
  await userEvent.click(await screen.findByRole('button', { name: 'Write to the books' }))
  const question = await screen.findByRole('alertdialog', { name: 'Write Credit of €120.00 to the books?' })
  await userEvent.click(within(question).getByRole('button', { name: 'Write to the books' }))
  await waitFor(() =>
    expect(asked.map(({ request }) => request)).toContain(
      `POST /api/adjustments/${adjustment().id}/write-back`,
    ),
  )
})

test('who only reads can do nothing, by button or by key', async () => {
  open(dispute({ moves: [] }), { role: 'viewer' })
  await heading()
  expect(screen.getByText(/Your role can read disputes/)).toBeInTheDocument()
  for (const name of [
    'Accept',
    'Edit',
    'Add',
    'Change reason',
    'Confirm reason',
    'Propose…',
    'Add comment',
  ]) {
    expect(screen.queryByRole('button', { name })).toBeNull()
  }
  await userEvent.keyboard('1pam')
  expect(screen.queryByRole('dialog')).toBeNull()
})

test('a dispute that is not there, and an address that names none', async () => {
  const { unmount } = open(dispute(), { searchParams: '?id=118f3a52-6c1e-8d5b-9a4e-000000000099' })
  expect(await screen.findByText('There is no such thing.')).toBeInTheDocument()
  unmount()
  open(dispute(), { searchParams: '' })
  expect(screen.getByText('No dispute is named in this address')).toBeInTheDocument()
})

test('brackets lead to the neighbours in the queue it came from', async () => {
  sessionStorage.setItem('paypredict.trail.disputes', JSON.stringify([item(11).id, ID, item(13).id]))
  open()
  await heading()
  await userEvent.keyboard(']')
  expect(push).toHaveBeenLastCalledWith(`/disputes/view/?id=${item(13).id}`)
})

test('a reply is drafted from where the dispute stands, with what the fact check refuses', async () => {
  const refusal = { start: 0, end: 4, span: 'Dear', code: 'name', reason: 'No such name.', in_subject: false }
  const reply = {
    customer_name: 'Acme',
    language: 'en',
    subject: 'About invoice INV-7',
    text: 'Dear Jo Doe, we are looking into it.',
    html: '',
    verdict: { passes: false, refusals: [refusal] },
    writer: 'template_writer',
    fell_back: null,
    attempts: [],
    recipients: ['ap@acme.example'],
  }
  const { bodiesOf } = open(dispute(), { answers: { [`POST ${HERE}/reply-draft`]: answer(reply) } })
  await heading()
  await userEvent.click(await screen.findByRole('button', { name: 'Draft a reply' }))
  expect(await screen.findByText('About invoice INV-7')).toBeInTheDocument()
  expect(screen.getByText('No such name.')).toBeInTheDocument()
  expect(screen.getByRole('button', { name: 'Copy' })).toBeInTheDocument()
  expect(bodiesOf(`POST ${HERE}/reply-draft`)).toEqual([{ tone: 'neutral', writer: null }])
})

test('who may not answer a dispute drafts no reply, nor does anybody where no invoice is known', async () => {
  const { unmount } = open(dispute(), { role: 'viewer' })
  await heading()
  expect(screen.queryByRole('button', { name: 'Draft a reply' })).not.toBeInTheDocument()
  unmount()
  open(dispute({ invoice: null }))
  await heading()
  expect(screen.queryByRole('button', { name: 'Draft a reply' })).not.toBeInTheDocument()
})
