import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { ConfirmProvider } from '@/components/confirm'
import { problem, session, standInForHub } from '@/test/hub'
import { answer, renderPage } from '@/test/render'
import { Keys } from './keys'
import type { Key } from './keys-api'

vi.mock('@/lib/nav', () => ({
  Link: (props: object) => <a {...props} />,
  usePathname: () => '/settings/api-keys/',
}))
afterEach(() => vi.unstubAllGlobals())

const ID = '218f3a52-6c1e-8d5b-9a4e-3d1c2b7f9e10'
const SECRET = 'pp_live_0a1b2c3d_the-rest'
const key = (different: Partial<Key> = {}): Key => ({
  id: ID,
  name: 'ERP export',
  prefix: 'pp_live_0a1b2c3d',
  scopes: ['invoices:read', 'customers:read', 'jobs:read'],
  created_by: 'ada@acme.example',
  created_at: '2026-03-01T09:00:00+00:00',
  expires_at: null,
  last_used_at: null,
  revoked_at: null,
  replaced_by: null,
  ...different,
})
const ended = key({ id: 'ended', name: 'Former export', revoked_at: '2026-03-02T09:00:00+00:00' })

function open(answers: Parameters<typeof standInForHub>[0] = {}) {
  const hub = standInForHub({
    'GET /api/session': answer(session()),
    'GET /api/keys': answer({ items: [key(), ended] }),
    ...answers,
  })
  renderPage(
    <ConfirmProvider>
      <Keys />
    </ConfirmProvider>,
  )
  return hub
}

test('those that have ended are shown when they are asked for', async () => {
  open()
  expect(await screen.findByText('ERP export')).toBeVisible()
  expect(screen.queryByText('Former export')).not.toBeInTheDocument()
  await userEvent.click(screen.getByRole('switch', { name: 'Show those that have ended' }))
  const row = (await screen.findByText('Former export')).closest('tr')!
  expect(within(row).getByText('Revoked')).toBeVisible()
  expect(within(row).queryByRole('button', { name: /Actions/ })).not.toBeInTheDocument()
})

test('a key is made with chosen scopes, and its secret is shown once', async () => {
  const hub = open({ 'POST /api/keys': answer({ ...key({ name: 'BI' }), secret: SECRET }, 201) })
  const user = userEvent.setup()
  await user.click(await screen.findByRole('button', { name: 'Create key' }))
  const form = await screen.findByRole('dialog', { name: 'New API key' })
  await user.type(within(form).getByLabelText('Name'), 'BI')
  await user.click(within(form).getByRole('radio', { name: /What I choose/ }))
  await user.click(within(form).getByRole('button', { name: 'Create key' }))
  expect(await within(form).findByText('Choose at least one.')).toBeVisible()
  await user.click(
    within(within(form).getByRole('group', { name: 'Invoices' })).getByRole('checkbox', { name: 'read' }),
  )
  await user.click(within(form).getByRole('button', { name: 'Create key' }))
  const shown = await screen.findByRole('dialog', { name: 'The key of BI' })
  expect(within(shown).getByLabelText('API key')).toHaveValue(SECRET)
  expect(hub.bodiesOf('POST /api/keys')).toEqual([
    { name: 'BI', scopes: ['invoices:read'], expires_in_days: 365 },
  ])
  await user.click(within(shown).getByRole('button', { name: 'Done' }))
  await waitFor(() => expect(document.body.innerHTML).not.toContain(SECRET))
})

test('what the hub refuses stays in the form', async () => {
  open({
    'POST /api/keys': problem(422, 'invalid', 'This cannot be used.', [
      { field: 'name', message: 'Use other letters.' },
    ]),
  })
  const user = userEvent.setup()
  await user.click(await screen.findByRole('button', { name: 'Create key' }))
  const form = await screen.findByRole('dialog')
  await user.type(within(form).getByLabelText('Name'), 'BI')
  await user.click(within(form).getByRole('button', { name: 'Create key' }))
  expect(await within(form).findByText('Use other letters.')).toBeVisible()
})

test('a key is replaced, its former secret going on for as long as chosen', async () => {
  const hub = open({ [`POST /api/keys/${ID}/rotation`]: answer({ ...key(), secret: SECRET }, 201) })
  const user = userEvent.setup()
  await user.click(await screen.findByRole('button', { name: 'Actions for ERP export' }))
  await user.click(screen.getByRole('menuitem', { name: 'Rotate' }))
  await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Rotate' }))
  expect(await screen.findByLabelText('API key')).toHaveValue(SECRET)
  expect(hub.bodiesOf(`POST /api/keys/${ID}/rotation`)).toEqual([{ overlap_hours: 24 }])
})

test('a key ends after a question that names it', async () => {
  const hub = open({ [`DELETE /api/keys/${ID}`]: new Response(null, { status: 204 }) })
  const user = userEvent.setup()
  await user.click(await screen.findByRole('button', { name: 'Actions for ERP export' }))
  await user.click(screen.getByRole('menuitem', { name: 'Revoke' }))
  const question = await screen.findByRole('alertdialog', { name: 'Revoke ERP export?' })
  expect(question).toHaveTextContent('pp_live_0a1b2c3d…')
  await user.click(within(question).getByRole('button', { name: 'Revoke' }))
  await waitFor(() => expect(hub.bodiesOf(`DELETE /api/keys/${ID}`)).toHaveLength(1))
})
