import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { ConfirmProvider } from '@/components/confirm'
import { problem, session, standInForHub } from '@/test/hub'
import { answer, renderPage } from '@/test/render'
import { General } from './general'
import type { Tenant } from './tenant-api'

const push = vi.fn()
vi.mock('@/lib/nav', () => ({ usePathname: () => '/settings/general/', useRouter: () => ({ push }) }))
afterEach(() => vi.unstubAllGlobals())

const tenant = (different: Partial<Tenant> = {}): Tenant => ({
  key: 'acme',
  name: 'Acme',
  home_currency: 'EUR',
  time_zone: 'Europe/Berlin',
  loss_given_default: null,
  has_records: true,
  created_at: '2026-03-01T09:00:00+00:00',
  ...different,
})
const read = (version: number, different: Partial<Tenant> = {}) =>
  answer(tenant(different), 200, { ETag: `"${version}-0"` })

function open(answers: Parameters<typeof standInForHub>[0], role: 'admin' | 'viewer' = 'admin') {
  const hub = standInForHub({ 'GET /api/session': answer(session({ role })), ...answers })
  renderPage(
    <ConfirmProvider>
      <a href="/invoices/">Elsewhere</a>
      <General />
    </ConfirmProvider>,
  )
  return hub
}

test('a change is sent with the version that was read', async () => {
  const hub = open({ 'GET /api/tenant': read(3), 'PUT /api/tenant': read(4, { name: 'Acme Ltd' }) })
  const user = userEvent.setup()
  const name = await screen.findByLabelText('Name')
  expect(screen.getByRole('button', { name: 'Save' })).toBeDisabled()
  await user.type(name, ' Ltd')
  await user.click(screen.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(hub.bodiesOf('PUT /api/tenant')).toHaveLength(1))
  const put = hub.asked.find(({ request }) => request === 'PUT /api/tenant')!
  expect(put.headers.get('If-Match')).toBe('"3-0"')
  expect(put.headers.get('X-CSRF-Token')).toBe('csrf')
  expect(put.body).toEqual({
    name: 'Acme Ltd',
    time_zone: 'Europe/Berlin',
    home_currency: 'EUR',
    loss_given_default: null,
  })
})

test('the currency of a ledger with records is settled, and says why', async () => {
  open({ 'GET /api/tenant': read(3) })
  const currency = await screen.findByLabelText('Home currency')
  expect(currency).toBeDisabled()
  expect(currency).toHaveAccessibleDescription(/the ledger has records/)
})

test.each([
  ['45', '0.4500'],
  ['12,5', '0.1250'],
  ['', null],
])('a loss of %j percent is sent as %j', async (entered, sent) => {
  const hub = open({
    'GET /api/tenant': read(3, { loss_given_default: '0.3000' }),
    'PUT /api/tenant': read(4),
  })
  const user = userEvent.setup()
  const loss = await screen.findByLabelText(/Loss given default/)
  expect(loss).toHaveValue('30')
  await user.clear(loss)
  if (entered) await user.type(loss, entered)
  await user.click(screen.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(hub.bodiesOf('PUT /api/tenant')).toMatchObject([{ loss_given_default: sent }]))
})

test('what somebody else changed meanwhile is shown beside one’s own, and either can be taken', async () => {
  let reads = 0
  const hub = open({
    'GET /api/tenant': () => (reads++ === 0 ? read(3) : read(5, { name: 'Acme Group' })),
    'PUT /api/tenant': (request) =>
      request.headers.get('If-Match') === '"5-0"'
        ? read(6, { name: 'Acme Ltd' })
        : problem(412, 'precondition_failed', 'It was changed.'),
  })
  const user = userEvent.setup()
  await user.type(await screen.findByLabelText('Name'), ' Ltd')
  await user.click(screen.getByRole('button', { name: 'Save' }))
  const table = await screen.findByRole('table', { name: 'What differs' })
  expect(within(table).getByRole('row', { name: 'Name Acme Group Acme Ltd' })).toBeVisible()
  await user.click(screen.getByRole('button', { name: 'Save mine' }))
  await waitFor(() => expect(hub.bodiesOf('PUT /api/tenant')).toHaveLength(2))
  await waitFor(() => expect(screen.queryByRole('table')).not.toBeInTheDocument())
})

test('what was typed is not left without a question', async () => {
  open({ 'GET /api/tenant': read(3) })
  const user = userEvent.setup()
  await user.type(await screen.findByLabelText('Name'), '!')
  await user.click(screen.getByRole('link', { name: 'Elsewhere' }))
  const question = await screen.findByRole('alertdialog', { name: 'Leave without saving?' })
  expect(push).not.toHaveBeenCalled()
  await user.click(within(question).getByRole('button', { name: 'Leave' }))
  await waitFor(() => expect(push).toHaveBeenCalledWith('/invoices/'))
})

test('who may not change it reads it', async () => {
  open({ 'GET /api/tenant': read(3) }, 'viewer')
  expect(await screen.findByText('Europe/Berlin')).toBeVisible()
  expect(screen.queryByRole('button', { name: 'Save' })).not.toBeInTheDocument()
  expect(screen.queryByRole('textbox')).not.toBeInTheDocument()
})
