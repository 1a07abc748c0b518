import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { ConfirmProvider } from '@/components/confirm'
import type { components } from '@/lib/schema'
import { problem, session, standInForHub } from '@/test/hub'
import { answer, renderPage } from '@/test/render'
import { Profile } from './profile'

vi.mock('@/lib/nav', () => ({
  usePathname: () => '/settings/profile/',
  useRouter: () => ({ push: () => undefined }),
}))
afterEach(() => vi.unstubAllGlobals())

const ownSession = (different: Partial<components['schemas']['OwnSession']> = {}) => ({
  id: 'here',
  tenant_key: 'acme',
  method: 'password',
  device: 'Firefox on Linux',
  address: '192.0.2.7',
  created_at: '2026-03-01T09:00:00+00:00',
  last_seen_at: '2026-03-01T09:30:00+00:00',
  expires_at: '2026-03-08T09:00:00+00:00',
  is_current: true,
  ...different,
})

function open(
  answers: Parameters<typeof standInForHub>[0] = {},
  different: Parameters<typeof session>[0] = {},
  methods = { local: true, oidc: false },
) {
  const hub = standInForHub({
    'GET /api/session': answer(session(different)),
    'GET /api/session/methods': answer(methods),
    'GET /api/sessions': answer({
      items: [ownSession(), ownSession({ id: 'there', device: 'Safari on macOS', is_current: false })],
    }),
    ...answers,
  })
  renderPage(
    <ConfirmProvider>
      <Profile />
    </ConfirmProvider>,
  )
  return hub
}

test('one says what one is called', async () => {
  const hub = open({
    'PUT /api/session/profile': answer(session({ user: { ...session().user, name: 'Ada King' } })),
  })
  const user = userEvent.setup()
  await user.type(await screen.findByLabelText('Name'), ' King')
  await user.click(screen.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(hub.bodiesOf('PUT /api/session/profile')).toEqual([{ name: 'Ada King' }]))
  await waitFor(() => expect(screen.getByRole('button', { name: 'Save' })).toBeDisabled())
})

test('a password is changed with the one that one has; what is wrong stands beside its field', async () => {
  let attempts = 0
  const hub = open({
    'PUT /api/session/password': () =>
      attempts++ === 0
        ? problem(422, 'invalid', 'Your current password is wrong.', [
            { field: 'current_password', message: 'is not the password you have now' },
          ])
        : answer({ ended_sessions: 2 }),
  })
  const user = userEvent.setup()
  await user.type(await screen.findByLabelText('New password'), 'four words are plenty')
  await user.click(screen.getByRole('button', { name: 'Change password' }))
  expect(await screen.findByText('Your current password is needed.')).toBeVisible()
  await user.type(screen.getByLabelText('Current password'), 'guess')
  await user.click(screen.getByRole('button', { name: 'Change password' }))
  await waitFor(() =>
    expect(screen.getByLabelText('Current password')).toHaveAccessibleDescription(
      'is not the password you have now',
    ),
  )
  await user.click(screen.getByRole('button', { name: 'Change password' }))
  await waitFor(() => expect(screen.getByLabelText('New password')).toHaveValue(''))
  expect(hub.bodiesOf('PUT /api/session/password')[1]).toEqual({
    password: 'four words are plenty',
    current_password: 'guess',
  })
})

test('who came by a link is not asked for a password they may not know', async () => {
  open({}, { method: 'link', asks_password: false })
  expect(await screen.findByLabelText('New password')).toHaveAttribute('autocomplete', 'new-password')
  expect(screen.queryByLabelText('Current password')).not.toBeInTheDocument()
})

test('where people come through the provider there is no password', async () => {
  open({}, { method: 'oidc' }, { local: false, oidc: true })
  expect(await screen.findByText('Safari on macOS')).toBeVisible()
  expect(screen.queryByLabelText('New password')).not.toBeInTheDocument()
})

test('another session is ended after a question, the one that is open is marked', async () => {
  const hub = open({ 'DELETE /api/sessions/there': new Response(null, { status: 204 }) })
  const user = userEvent.setup()
  const here = (await screen.findByText('Firefox on Linux')).closest('li')!
  expect(within(here).getByText('This one')).toBeVisible()
  await user.click(screen.getByRole('button', { name: /End the session of Safari on macOS/ }))
  await user.click(within(await screen.findByRole('alertdialog')).getByRole('button', { name: 'End' }))
  await waitFor(() => expect(hub.bodiesOf('DELETE /api/sessions/there')).toHaveLength(1))
})
