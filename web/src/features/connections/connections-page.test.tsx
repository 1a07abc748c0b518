import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { problem, session, standInForHub } from '@/test/hub'
import { answer, renderPage } from '@/test/render'
import { ConnectionsPage } from './connections-page'
import { connection, ID, SAP, XERO } from './fixtures'

const push = vi.fn()
vi.mock('@/lib/nav', () => ({
  Link: (props: object) => <a {...props} />,
  useRouter: () => ({ push }),
  usePathname: () => '/connections/',
}))
afterEach(() => {
  vi.unstubAllGlobals()
  push.mockReset()
})

const NOTICE = {
  id: 7,
  connection_id: ID,
  kind: 'needs_attention',
  text: 'Head office: the password is wrong.',
  created_at: '2026-03-31T09:00:00+00:00',
  seen_at: null,
  settled_at: null,
}

function open(
  answers: Parameters<typeof standInForHub>[0] = {},
  role: 'admin' | 'viewer' = 'admin',
  searchParams = '',
) {
  const hub = standInForHub({
    'GET /api/session': answer(session({ role })),
    'GET /api/connections': answer({ items: [connection()] }),
    'GET /api/connectors': answer({ items: [SAP, XERO] }),
    'GET /api/notices': answer({ items: [] }),
    ...answers,
  })
  renderPage(<ConnectionsPage />, { searchParams })
  return hub
}

test('a connection says whose books it reads, how they fare and whether they tie out', async () => {
  open()
  const card = (await screen.findByRole('link', { name: 'Head office' })).closest('li')!
  expect(card).toHaveTextContent('SAP S/4HANA · Company 1710')
  expect(within(card).getByText('Connected')).toBeVisible()
  expect(within(card).getByText('72 customers, 1,787 invoices, 1,760 payments')).toBeVisible()
  expect(within(card).getByText('Ties out')).toBeVisible()
})

test('nothing connected yet says what to do', async () => {
  open({ 'GET /api/connections': answer({ items: [] }) })
  expect(await screen.findByText('Nothing is connected yet')).toBeVisible()
})

test('a list that cannot be read says so, and the rest stays', async () => {
  open({ 'GET /api/connections': problem(500, 'fault', 'It broke.') })
  expect(await screen.findByRole('alert')).toBeVisible()
  expect(await screen.findByRole('heading', { name: 'Xero' })).toBeVisible()
})

test('who may only look sees no action', async () => {
  open({}, 'viewer', '?connect=sap')
  await screen.findByRole('heading', { name: 'Xero' })
  expect(screen.queryByRole('button', { name: /Connect/ })).toBeNull()
  expect(screen.queryByRole('link', { name: 'Import a file' })).toBeNull()
  expect(screen.queryByRole('dialog')).toBeNull()
})

test('a notice stays until it is seen', async () => {
  const seen = { ...NOTICE, seen_at: '2026-03-31T10:00:00+00:00' }
  let isSeen = false
  const hub = open({
    'GET /api/notices': () => answer({ items: [isSeen ? seen : NOTICE] }),
    'POST /api/notices/7/seen': () => {
      isSeen = true
      return answer(seen)
    },
  })
  expect(await screen.findByText(NOTICE.text)).toBeVisible()
  await userEvent.click(await screen.findByRole('button', { name: 'Mark as seen' }))
  expect(await screen.findByText('Seen')).toBeVisible()
  expect(hub.asked.filter(({ request }) => request === 'POST /api/notices/7/seen')).toHaveLength(1)
})

test('the form is that of the way one chooses, and nothing is sent that is missing or misshapen', async () => {
  const hub = open()
  const user = userEvent.setup()
  await user.click(await screen.findByRole('button', { name: 'Connect SAP S/4HANA' }))
  const dialog = await screen.findByRole('dialog', { name: 'Connect SAP S/4HANA' })
  expect(within(dialog).getByLabelText('Client secret')).toHaveAttribute('type', 'password')
  await user.click(within(dialog).getByRole('radio', { name: 'Gateway user (password)' }))
  expect(within(dialog).queryByLabelText('Client secret')).toBeNull()
  await user.type(within(dialog).getByLabelText('Host'), 'not a host!')
  await user.click(within(dialog).getByRole('button', { name: 'Connect' }))
  expect(await within(dialog).findAllByText('This is needed.')).toHaveLength(2)
  expect(within(dialog).getByLabelText('Host')).toHaveAccessibleDescription(/does not look as it should/)
  expect(hub.asked.filter(({ request }) => request.startsWith('POST'))).toEqual([])
})

test('what the hub refuses stands at its field; what it takes is followed on the page of the connection', async () => {
  let isGood = false
  const hub = open({
    'POST /api/connections': () =>
      isGood
        ? answer(
            { connection: connection({ status: 'pending' }), job: { id: 'j1' }, authorize_url: null },
            202,
          )
        : problem(422, 'invalid', 'The form cannot be used as it is.', [
            { field: 'config.host', message: 'Leads to no place of SAP.' },
          ]),
  })
  const user = userEvent.setup()
  await user.click(await screen.findByRole('button', { name: 'Connect SAP S/4HANA' }))
  const dialog = await screen.findByRole('dialog')
  await user.click(within(dialog).getByRole('radio', { name: 'Gateway user (password)' }))
  await user.type(within(dialog).getByLabelText('Host'), 'elsewhere.example')
  await user.type(within(dialog).getByLabelText('User name'), 'AR_READER')
  await user.type(within(dialog).getByLabelText('Password'), 'secret')
  await user.click(within(dialog).getByText('More settings'))
  await user.type(within(dialog).getByLabelText(/Company codes/), '1710, 1720')
  await user.click(within(dialog).getByRole('button', { name: 'Connect' }))
  expect(await within(dialog).findByText('Leads to no place of SAP.')).toBeVisible()
  isGood = true
  await user.type(within(dialog).getByLabelText('Host'), '.too')
  await user.click(within(dialog).getByRole('button', { name: 'Connect' }))
  await waitFor(() => expect(push).toHaveBeenCalledWith(`/connections/view/?id=${ID}&job=j1`))
  expect(hub.bodiesOf('POST /api/connections').at(-1)).toEqual({
    connector: 'sap',
    auth_method: 'basic',
    config: {
      host: 'elsewhere.example.too',
      username: 'AR_READER',
      password: 'secret',
      company_codes: ['1710', '1720'],
    },
    return_to: '/connections/view/',
  })
})

test('a consent says what it allows, and the browser goes where the hub says', async () => {
  const assign = vi.fn()
  vi.stubGlobal('location', {
    ...globalThis.location,
    href: 'http://localhost/',
    origin: 'http://localhost',
    assign,
  })
  open(
    {
      'POST /api/connections': answer(
        {
          connection: connection({ status: 'pending' }),
          job: null,
          authorize_url: 'https://login.xero.example/?state=s',
        },
        201,
      ),
    },
    'admin',
    '?connect=xero',
  )
  const dialog = await screen.findByRole('dialog', { name: 'Connect Xero' })
  expect(dialog).toHaveTextContent('invoices and credit notes')
  await userEvent.click(within(dialog).getByRole('button', { name: 'Continue to Xero' }))
  await waitFor(() => expect(assign).toHaveBeenCalledWith('https://login.xero.example/?state=s'))
  expect(push).not.toHaveBeenCalled()
})
