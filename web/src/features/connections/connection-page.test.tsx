import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { ConfirmProvider } from '@/components/confirm'
import { problem, session, standInForHub } from '@/test/hub'
import { answer, renderPage } from '@/test/render'
import { ConnectionPage } from './connection-page'
import { connection, ID, RUN, run, runDetail, SAP } from './fixtures'

vi.mock('@/lib/nav', () => ({
  Link: (props: object) => <a {...props} />,
  useRouter: () => ({ push: vi.fn() }),
  usePathname: () => '/connections/view/',
}))
afterEach(() => vi.unstubAllGlobals())

const HERE = `/api/connections/${ID}`

function open(
  answers: Parameters<typeof standInForHub>[0] = {},
  {
    role = 'admin',
    searchParams = `?id=${ID}`,
  }: { role?: 'admin' | 'member' | 'viewer'; searchParams?: string } = {},
) {
  const hub = standInForHub({
    'GET /api/session': answer(session({ role })),
    'GET /api/connectors': answer({ items: [SAP] }),
    [`GET ${HERE}`]: answer(connection(), 200, { ETag: '"42"' }),
    [`GET ${HERE}/runs`]: answer({ items: [run()] }),
    ...answers,
  })
  const onUrlUpdate = vi.fn()
  renderPage(
    <ConfirmProvider>
      <ConnectionPage />
    </ConfirmProvider>,
    { searchParams, onUrlUpdate },
  )
  return { ...hub, onUrlUpdate }
}

test('a sync under way shows each stream, how far it is and what it does', async () => {
  const underWay = run({ status: 'running', kind: 'backfill', finished_at: null })
  open({
    [`GET ${HERE}`]: answer(
      connection({ sync: { ...connection().sync!, is_under_way: true, newest_run: underWay } }),
    ),
    [`GET /api/runs/${RUN}`]: answer(
      runDetail({
        ...underWay,
        rejected: 2,
        items: { customers: 72, line_items: 1000 },
        progress: [
          { stream: 'customers', items: 72, pages: 1, done: true, share: 1 },
          { stream: 'line_items', items: 1000, pages: 4, done: false, share: 0.25 },
          { stream: 'deletions', items: 0, pages: 0, done: false, share: null },
        ],
      }),
    ),
    [`GET /api/jobs/${underWay.work_id}`]: answer({
      id: underWay.work_id,
      state: 'running',
      progress: 0.4,
      message: '1,000 line_items read.',
      error: null,
    }),
  })
  expect(await screen.findByText('1,000 line_items read.')).toBeVisible()
  expect(screen.getByRole('progressbar', { name: 'Progress of the run' })).toHaveAttribute(
    'aria-valuenow',
    '40',
  )
  expect(screen.getByRole('progressbar', { name: 'Line items' })).toHaveAttribute('aria-valuenow', '25')
  expect(screen.getByRole('progressbar', { name: 'Customers' })).toHaveAttribute('aria-valuenow', '100')
  expect(screen.getByText(/40% · 1,072 items read/)).toHaveTextContent('2 items could not be used')
  expect(screen.getByText('waiting')).toBeVisible()
  expect(screen.getByRole('button', { name: 'Sync now' })).toBeDisabled()
})

test('a run opens with what it changed and what it could not use', async () => {
  open(
    {
      [`GET /api/runs/${RUN}`]: answer(
        runDetail({ status: 'partial', rejected: 1, reason: '1 item was left out.' }),
      ),
      [`GET /api/runs/${RUN}/rejects`]: answer({
        items: [
          {
            stream: 'line_items',
            reason: 'line item 7 has no due date',
            line: null,
            field: 'NetDueDate',
            value: '00000000',
            expected: 'a date',
            raw: '{"AccountingDocument":"7"}',
          },
        ],
      }),
    },
    { searchParams: `?id=${ID}&run=${RUN}` },
  )
  const sheet = await screen.findByRole('dialog', { name: 'Sync of changes' })
  expect(await within(sheet).findByText('1 item was left out.')).toBeVisible()
  const row = within(sheet).getByRole('rowheader', { name: 'invoices' }).closest('tr')!
  expect(
    within(row)
      .getAllByRole('cell')
      .map((cell) => cell.textContent),
  ).toEqual(['2', '1', '0', '17'])
  expect(await within(sheet).findByText('line item 7 has no due date')).toBeVisible()
  expect(within(sheet).getByText(/field NetDueDate · value “00000000” · expected a date/)).toBeVisible()
  expect(within(sheet).getByText(/"AccountingDocument": "7"/)).toBeInTheDocument()
})

test('runs that found nothing are left out until they are asked for', async () => {
  const idle = run({ id: '118f3a52-6c1e-8d5b-9a4e-3d1c2b7f9e10', changed: 0, counts: {} })
  open({ [`GET ${HERE}/runs`]: answer({ items: [idle, run()] }) })
  expect(within(await screen.findByRole('table')).getAllByRole('row')).toHaveLength(2)
  await userEvent.click(screen.getByRole('switch', { name: 'Also show 1 run that found nothing new' }))
  expect(within(screen.getByRole('table')).getAllByRole('row')).toHaveLength(3)
})

test('the tie-out names each customer that differs, with the likely cause', async () => {
  const eur = { currency: 'EUR', provider: '19.9900', ledger: '20.0000', difference: '0.0100' }
  open(
    {
      [`GET ${HERE}/tie-out`]: answer({
        run_id: RUN,
        status: 'suspicious',
        started_at: '2026-03-31T09:15:00+00:00',
        as_of: '2026-03-31',
        is_equal: false,
        currencies: [eur],
        home: null,
        differing_customers: 1,
        customers: [
          {
            ...eur,
            customer_id: 'c 1',
            external_id: 'C-1',
            name: 'Acme',
            is_home: false,
            cause: 'as if INV-7 were settled',
          },
        ],
      }),
    },
    { searchParams: `?id=${ID}&tab=tie-out` },
  )
  expect(await screen.findByText('The ledger differs from SAP S/4HANA: 1 customer')).toBeVisible()
  const row = screen.getByRole('rowheader', { name: 'Acme' }).closest('tr')!
  expect(row).toHaveTextContent('€19.99€20.00€0.01as if INV-7 were settled')
})

test('a connection that needs reconnecting says why, and opens the form with what is stored', async () => {
  const { bodiesOf } = open({
    [`GET ${HERE}`]: answer(connection({ status: 'needs_reconnect', reason: 'The password was changed.' })),
    [`POST ${HERE}/reconnect`]: answer({ connection: connection(), job: null, authorize_url: null }, 202),
  })
  const user = userEvent.setup()
  expect(await screen.findByText('The password was changed.')).toBeVisible()
  await user.click(await screen.findByRole('button', { name: 'Reconnect' }))
  const dialog = await screen.findByRole('dialog', { name: 'Reconnect Head office' })
  expect(within(dialog).getByLabelText('Host')).toHaveValue('my1-api.s4hana.cloud.sap')
  expect(within(dialog).getByLabelText(/Password/)).toHaveValue('')
  await user.click(within(dialog).getByRole('button', { name: 'Try and replace' }))
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  expect(bodiesOf(`POST ${HERE}/reconnect`)).toEqual([
    {
      auth_method: 'basic',
      config: { host: 'my1-api.s4hana.cloud.sap', username: 'AR_READER' },
      return_to: '/connections/view/',
    },
  ])
})

test('a change names the version that was read', async () => {
  const { asked } = open(
    { [`PATCH ${HERE}`]: answer(connection()) },
    { searchParams: `?id=${ID}&connect=settings` },
  )
  const user = userEvent.setup()
  const dialog = await screen.findByRole('dialog', { name: 'Name and settings of Head office' })
  await user.clear(within(dialog).getByLabelText('Name'))
  await user.type(within(dialog).getByLabelText('Name'), 'Plant 2')
  await user.click(within(dialog).getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  const sent = asked.find(({ request }) => request === `PATCH ${HERE}`)!
  expect([sent.headers.get('If-Match'), sent.body]).toEqual(['"42"', { name: 'Plant 2' }])
})

test('writing to the books is allowed where the connector can, and only by asking for it', async () => {
  const writes = connection({ can_write: true })
  const { bodiesOf } = open(
    {
      [`GET ${HERE}`]: answer(writes, 200, { ETag: '"42"' }),
      [`PATCH ${HERE}`]: answer({ ...writes, write_back: true }),
    },
    { searchParams: `?id=${ID}&connect=settings` },
  )
  const user = userEvent.setup()
  const dialog = await screen.findByRole('dialog')
  await user.click(within(dialog).getByRole('switch', { name: 'Write credit memos to these books' }))
  await user.click(within(dialog).getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(bodiesOf(`PATCH ${HERE}`)).toEqual([{ write_back: true }]))
})

test('a connector that only reads offers no writing', async () => {
  open({}, { searchParams: `?id=${ID}&connect=settings` })
  const dialog = await screen.findByRole('dialog')
  expect(within(dialog).queryByRole('switch')).toBeNull()
})

test('what somebody else has changed meanwhile is not overwritten', async () => {
  open(
    { [`PATCH ${HERE}`]: problem(412, 'precondition', 'The connection was changed meanwhile.') },
    { searchParams: `?id=${ID}&connect=settings` },
  )
  const user = userEvent.setup()
  const dialog = await screen.findByRole('dialog')
  await user.type(within(dialog).getByLabelText('Name'), '!')
  await user.click(within(dialog).getByRole('button', { name: 'Save' }))
  expect(await within(dialog).findByText(/Somebody else changed this/)).toBeVisible()
})

test('disconnecting takes the name, and says what is kept', async () => {
  const { asked } = open({
    [`POST ${HERE}/disconnect`]: answer({
      connection: connection({ status: 'disconnected' }),
      revoked: true,
      revocation: 'SAP was told.',
      secrets_forgotten: 1,
      kept: ['The ledger.', 'Its history.'],
    }),
  })
  const user = userEvent.setup()
  await user.click(await screen.findByRole('button', { name: 'More actions for Head office' }))
  await user.click(await screen.findByRole('menuitem', { name: 'Disconnect' }))
  const dialog = await screen.findByRole('alertdialog', { name: 'Disconnect Head office?' })
  expect(dialog).toHaveTextContent('The ledger, its history')
  expect(within(dialog).getByRole('button', { name: 'Disconnect' })).toBeDisabled()
  await user.type(within(dialog).getByRole('textbox'), 'Head office')
  await user.click(within(dialog).getByRole('button', { name: 'Disconnect' }))
  await waitFor(() => expect(asked.map(({ request }) => request)).toContain(`POST ${HERE}/disconnect`))
})

test('one of several companies is chosen', async () => {
  const account = (id: string, name: string) => ({ id, name, home_currency: 'EUR', time_zone: null })
  const { bodiesOf } = open({
    [`GET ${HERE}`]: answer(
      connection({
        status: 'choose_account',
        account: null,
        choices: [account('a', 'Alder'), account('b', 'Birch')],
      }),
    ),
    [`POST ${HERE}/account`]: answer(
      { connection: connection(), job: { id: 'j' }, authorize_url: null },
      202,
    ),
  })
  const user = userEvent.setup()
  await user.click(await screen.findByRole('radio', { name: /Birch/ }))
  await user.click(screen.getByRole('button', { name: 'Use this company' }))
  await waitFor(() => expect(bodiesOf(`POST ${HERE}/account`)).toEqual([{ account_id: 'b' }]))
})

test('who comes back from a provider is at the connection, and is told what was refused', async () => {
  const { onUrlUpdate } = open({}, { searchParams: `?outcome=denied&connection=${ID}` })
  expect(await screen.findByText('Consent was not given')).toBeVisible()
  expect(await screen.findByRole('heading', { name: 'Head office' })).toBeVisible()
  await waitFor(() => expect(onUrlUpdate.mock.calls.at(-1)?.[0].searchParams.get('id')).toBe(ID))
})

test('a consent that was nobody’s leads back to the list', async () => {
  open({}, { searchParams: '?outcome=refused' })
  expect(await screen.findByText('This consent could not be used')).toBeVisible()
  expect(screen.getByRole('link', { name: 'All connections' })).toHaveAttribute('href', '/connections/')
})

test('who may only look sees no action, and is told who can help', async () => {
  open(
    {
      [`GET ${HERE}`]: answer(connection({ status: 'needs_reconnect', reason: 'The password was changed.' })),
    },
    { role: 'viewer' },
  )
  expect(await screen.findByText('An admin of your company can reconnect it.')).toBeVisible()
  expect(screen.queryByRole('button', { name: /Sync now|Reconnect|More actions/ })).toBeNull()
})

test('another company’s connection is not there', async () => {
  open({ [`GET ${HERE}`]: problem(404, 'not_found', 'There is no such connection.') })
  expect(await screen.findByText('There is no such connection.')).toBeVisible()
})
