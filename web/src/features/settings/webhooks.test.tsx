import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { ConfirmProvider } from '@/components/confirm'
import { Toaster } from '@/components/ui/sonner'
import { problem, session, standInForHub } from '@/test/hub'
import { answer, renderPage } from '@/test/render'
import { Webhooks } from './webhooks'
import { type Delivery, type Endpoint, hostOf, periodUntil, stateOf } from './webhooks-api'

vi.mock('next/navigation', () => ({
  useRouter: () => ({ push: vi.fn() }),
  usePathname: () => '/settings/webhooks/',
}))
afterEach(() => vi.unstubAllGlobals())

const ID = '618f3a52-6c1e-8d5b-9a4e-000000000001'
const AT = `/api/webhook-endpoints/${ID}`
const ENDPOINT: Endpoint = {
  id: ID,
  url: 'https://erp.acme.example/hooks',
  description: 'ERP',
  events: ['promise.broken', 'reminder.bounced', 'dispute.opened'],
  status: 'enabled',
  reason: null,
  failing_since: null,
  failures: 0,
  previous_until: null,
  created_by: 'Ada',
  created_at: '2026-11-20T08:00:00+00:00',
  updated_at: '2026-11-20T08:00:00+00:00',
  version: 3,
}
const DELIVERY: Delivery = {
  id: '718f3a52-6c1e-8d5b-9a4e-000000000001',
  message_id: '718f3a52-6c1e-8d5b-9a4e-000000000002',
  type: 'promise.broken',
  at: '2026-11-27T08:00:00+00:00',
  data: { promise_id: 'p1' },
  status: 'failed',
  next_at: null,
  tries: [{ at: '2026-11-27T08:00:01+00:00', code: 500, error: 'It answered 500.', milliseconds: 41 }],
  excerpt: 'out of order',
  is_replay: false,
  created_at: '2026-11-27T08:00:00+00:00',
  finished_at: '2026-11-27T08:00:01+00:00',
}
const listed = (...items: Endpoint[]) => answer({ items, events: ['promise.broken', 'reminder.bounced'] })

function open(answers: Parameters<typeof standInForHub>[0] = {}, role: 'admin' | 'viewer' = 'admin') {
  const hub = standInForHub({
    'GET /api/session': answer(session({ role })),
    'GET /api/webhook-endpoints': listed(ENDPOINT),
    ...answers,
  })
  renderPage(
    <ConfirmProvider>
      <Webhooks />
      <Toaster />
    </ConfirmProvider>,
  )
  return hub
}

async function choose(action: string) {
  await userEvent.click(await screen.findByRole('button', { name: 'Actions for erp.acme.example' }))
  await userEvent.click(await screen.findByRole('menuitem', { name: action }))
}

test('an endpoint says where it is, what it is told of, and how it fares', async () => {
  open({
    'GET /api/webhook-endpoints': listed({
      ...ENDPOINT,
      failing_since: '2026-11-26T08:00:00+00:00',
      failures: 4,
      previous_until: '2999-01-01T00:00:00+00:00',
    }),
  })
  const row = await screen.findByRole('row', { name: /erp\.acme\.example/ })
  expect(row).toHaveTextContent('ERP')
  expect(row).toHaveTextContent('A promise was brokenA reminder bounced1 more')
  expect(row).toHaveTextContent('Failing4 tries failed since')
  expect(row).toHaveTextContent('Signed by the secret before, too')
})

test('one that was given up says why', async () => {
  open({
    'GET /api/webhook-endpoints': listed({ ...ENDPOINT, status: 'disabled', reason: 'No call was taken.' }),
  })
  expect(await screen.findByText('Disabled')).toBeInTheDocument()
  expect(screen.getByText('No call was taken.')).toBeInTheDocument()
})

test('a new endpoint is told of what was chosen, and its secret is shown once', async () => {
  const { bodiesOf } = open({
    'POST /api/webhook-endpoints': answer({ ...ENDPOINT, secret: 'whsec_abc' }, 201),
  })
  await userEvent.click(await screen.findByRole('button', { name: 'New endpoint' }))
  const dialog = await screen.findByRole('dialog', { name: 'New endpoint' })
  const save = within(dialog).getByRole('button', { name: 'New endpoint' })
  await userEvent.click(within(dialog).getByRole('radio', { name: 'Only these' }))
  await userEvent.click(save)
  expect(await within(dialog).findByText('This is needed.')).toBeInTheDocument()
  expect(within(dialog).getByText('Choose at least one.')).toBeInTheDocument()
  await userEvent.type(within(dialog).getByLabelText('Address'), 'https://erp.acme.example/hooks')
  await userEvent.click(within(dialog).getByRole('checkbox', { name: 'A promise was broken' }))
  await userEvent.click(save)
  expect(await screen.findByDisplayValue('whsec_abc')).toBeInTheDocument()
  expect(bodiesOf('POST /api/webhook-endpoints')).toEqual([
    { url: 'https://erp.acme.example/hooks', description: '', events: ['promise.broken'] },
  ])
})

test('what the hub refuses of an address stands at the field', async () => {
  open({
    'POST /api/webhook-endpoints': problem(422, 'invalid', 'It cannot be used.', [
      { field: 'url', message: 'Without a name or a password.' },
    ]),
  })
  await userEvent.click(await screen.findByRole('button', { name: 'New endpoint' }))
  const dialog = await screen.findByRole('dialog', { name: 'New endpoint' })
  await userEvent.type(within(dialog).getByLabelText('Address'), 'https://a:b@erp.example/')
  await userEvent.click(within(dialog).getByRole('button', { name: 'New endpoint' }))
  expect(await within(dialog).findByText('Without a name or a password.')).toBeInTheDocument()
})

test('an endpoint is changed from the version that was read', async () => {
  const { asked } = open({ [`PATCH ${AT}`]: answer({ ...ENDPOINT, description: 'New ERP' }) })
  await choose('Edit')
  const dialog = await screen.findByRole('dialog', { name: 'Edit endpoint' })
  const description = within(dialog).getByLabelText(/What it is for/)
  await userEvent.clear(description)
  await userEvent.type(description, 'New ERP')
  await userEvent.click(within(dialog).getByRole('radio', { name: /All events/ }))
  await userEvent.click(within(dialog).getByRole('button', { name: 'Save' }))
  expect(await screen.findByText('erp.acme.example was changed')).toBeInTheDocument()
  const patch = asked.find(({ request }) => request === `PATCH ${AT}`)
  expect(patch?.headers.get('If-Match')).toBe('"3"')
  expect(patch?.body).toEqual({ url: ENDPOINT.url, description: 'New ERP', events: [] })
})

test('a test says what the endpoint answered', async () => {
  const taken = {
    ...DELIVERY,
    status: 'delivered',
    tries: [{ ...DELIVERY.tries[0], code: 204, error: null }],
  }
  const answers = [answer(taken), answer(DELIVERY)]
  open({ [`POST ${AT}/test`]: () => answers.shift()! })
  await choose('Send a test')
  expect(await screen.findByText('erp.acme.example took the test: 204 in 41 ms')).toBeInTheDocument()
  await choose('Send a test')
  expect(await screen.findByText('erp.acme.example did not take the test')).toBeInTheDocument()
  expect(screen.getByText('It answered 500.')).toBeInTheDocument()
})

test('replacing a secret, disabling and deleting ask first', async () => {
  const { asked } = open({
    [`POST ${AT}/secret`]: answer({ ...ENDPOINT, secret: 'whsec_new' }),
    [`PATCH ${AT}`]: answer({ ...ENDPOINT, status: 'disabled' }),
    [`DELETE ${AT}`]: new Response(null, { status: 204 }),
  })
  const yes = async (action: string) => {
    const question = await screen.findByRole('alertdialog')
    await userEvent.click(within(question).getByRole('button', { name: action }))
  }
  await choose('Disable')
  await yes('Cancel')
  await choose('Replace secret')
  await yes('Replace secret')
  expect(await screen.findByDisplayValue('whsec_new')).toBeInTheDocument()
  await userEvent.click(screen.getByRole('button', { name: 'Done' }))
  await choose('Disable')
  await yes('Disable')
  expect(await screen.findByText('erp.acme.example is disabled')).toBeInTheDocument()
  await choose('Delete')
  await yes('Delete')
  await waitFor(() => expect(asked.map(({ request }) => request)).toContain(`DELETE ${AT}`))
  const patches = asked.filter(({ request }) => request === `PATCH ${AT}`)
  expect(patches.map(({ body }) => body)).toEqual([{ status: 'disabled' }])
})

test('one that is disabled is enabled again', async () => {
  const { asked } = open({
    'GET /api/webhook-endpoints': listed({ ...ENDPOINT, status: 'disabled', reason: 'Gone.' }),
    [`POST ${AT}/enable`]: answer(ENDPOINT),
  })
  await choose('Enable')
  await waitFor(() => expect(asked.map(({ request }) => request)).toContain(`POST ${AT}/enable`))
})

test('its deliveries show what was told, each try and the answer, and are sent again', async () => {
  const { asked, bodiesOf } = open({
    [`GET ${AT}/deliveries`]: answer({ items: [DELIVERY], next_cursor: null }),
    [`POST ${AT}/deliveries/${DELIVERY.id}/replay`]: answer({ ...DELIVERY, status: 'pending' }, 202),
    [`POST ${AT}/replay`]: answer({ deliveries: 7 }, 202),
  })
  await choose('Deliveries')
  const row = await screen.findByRole('row', { name: /A promise was broken/ })
  expect(row).toHaveTextContent('FailedIt answered 500.1')
  const details = screen.getByRole('button', { name: 'Details of A promise was broken' })
  await userEvent.click(details)
  expect(details).toHaveAttribute('aria-expanded', 'true')
  expect(screen.getByText('out of order')).toBeInTheDocument()
  expect(screen.getByText(/"promise_id": "p1"/)).toBeInTheDocument()
  await userEvent.click(within(row).getByRole('button', { name: 'Send again' }))
  expect(await screen.findByText('It is sent again')).toBeInTheDocument()
  await userEvent.click(screen.getByRole('button', { name: 'Send a period again' }))
  const dialog = await screen.findByRole('dialog', { name: 'Send again' })
  await userEvent.click(within(dialog).getByRole('button', { name: 'Send again' }))
  expect(await screen.findByText('7 deliveries are sent again')).toBeInTheDocument()
  const [period] = bodiesOf(`POST ${AT}/replay`) as { from: string; to: string }[]
  expect(Date.parse(period!.to) - Date.parse(period!.from)).toBe(86_400_000)
  await userEvent.click(screen.getByRole('combobox', { name: 'Show' }))
  await userEvent.click(await screen.findByRole('option', { name: 'Waiting' }))
  await waitFor(() => expect(asked.at(-1)?.search).toBe('?limit=50&status=pending'))
  await userEvent.click(screen.getByRole('button', { name: 'Back to all endpoints' }))
  expect(await screen.findByRole('button', { name: 'Actions for erp.acme.example' })).toBeInTheDocument()
})

test('none yet, no deliveries yet, and no leave to look', async () => {
  open({ 'GET /api/webhook-endpoints': listed() })
  expect(await screen.findByText('No system is told anything yet')).toBeInTheDocument()
})

test('an endpoint that was told nothing says so', async () => {
  open({ [`GET ${AT}/deliveries`]: answer({ items: [], next_cursor: null }) })
  await choose('Deliveries')
  expect(await screen.findByText('Nothing was sent yet')).toBeInTheDocument()
})

test('who may not see them is told so', async () => {
  open({ 'GET /api/webhook-endpoints': problem(403, 'forbidden', 'This needs the role admin.') }, 'viewer')
  expect(await screen.findByText('Not allowed')).toBeInTheDocument()
  expect(screen.queryByRole('button', { name: 'New endpoint' })).not.toBeInTheDocument()
})

test('what endpoints are called, and how they stand', () => {
  expect([hostOf(ENDPOINT), hostOf({ url: 'nowhere' })]).toEqual(['erp.acme.example', 'nowhere'])
  expect(stateOf({ ...ENDPOINT, failing_since: '2026-11-26T08:00:00+00:00' })).toBe('failing')
  expect(stateOf({ ...ENDPOINT, status: 'disabled', failing_since: 'x' })).toBe('disabled')
  expect(periodUntil(Date.parse('2026-11-27T08:00:00Z'), 'hour')).toEqual({
    from: '2026-11-27T07:00:00.000Z',
    to: '2026-11-27T08:00:00.000Z',
  })
})
