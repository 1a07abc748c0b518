import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { ConfirmProvider } from '@/components/confirm'
import { problem, session, standInForHub } from '@/test/hub'
import { answer, renderPage } from '@/test/render'
import { Members } from './members'
import type { Member } from './members-api'

vi.mock('@/lib/nav', () => ({
  Link: (props: object) => <a {...props} />,
  usePathname: () => '/settings/members/',
}))
afterEach(() => vi.unstubAllGlobals())

const ADA = session().user.id
const BOB = '118f3a52-6c1e-8d5b-9a4e-3d1c2b7f9e10'
const LINK = 'https://ar.example.com/sign-in/#link=of-bob'

const member = (different: Partial<Member> = {}): Member => ({
  user_id: ADA,
  email: 'ada@acme.example',
  name: 'Ada',
  role: 'admin',
  is_disabled: false,
  is_pending: false,
  added_at: '2026-03-01T09:00:00+00:00',
  last_seen_at: '2026-03-02T09:00:00+00:00',
  ...different,
})
const bob = member({
  user_id: BOB,
  email: 'bob@acme.example',
  name: '',
  role: 'viewer',
  is_pending: true,
  last_seen_at: null,
})

function open(answers: Parameters<typeof standInForHub>[0] = {}, role: 'admin' | 'member' = 'admin') {
  const hub = standInForHub({
    'GET /api/session': answer(session({ role })),
    'GET /api/members': answer({ items: [member(), bob], next_cursor: null }),
    ...answers,
  })
  renderPage(
    <ConfirmProvider>
      <Members />
    </ConfirmProvider>,
  )
  return hub
}

test('each member has a role, a state and when they were last seen', async () => {
  open()
  const row = (await screen.findByText('bob@acme.example')).closest('tr')!
  expect(within(row).getByText('Invited')).toBeVisible()
  expect(within(row).getByText('Not lately')).toBeVisible()
  expect(await within(row).findByRole('combobox', { name: 'Role of bob@acme.example' })).toHaveTextContent(
    'Viewer',
  )
})

test('who is invited gets a link, which is shown once', async () => {
  const added = { ...bob, sign_in: { sign_in_link: LINK, expires_at: '2026-03-03T09:00:00+00:00' } }
  const hub = open({ 'POST /api/members': answer(added, 201) })
  const user = userEvent.setup()
  await user.click(await screen.findByRole('button', { name: 'Invite' }))
  await user.type(await screen.findByLabelText('Email'), 'bob@acme.example')
  await user.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Invite' }))
  const dialog = await screen.findByRole('dialog', { name: 'Sign-in link for bob@acme.example' })
  expect(within(dialog).getByLabelText('Sign-in link')).toHaveValue(LINK)
  expect(hub.bodiesOf('POST /api/members')).toEqual([{ email: 'bob@acme.example', name: '', role: 'member' }])
  // It does not go by accident.
  await user.keyboard('{Escape}')
  expect(within(dialog).getByLabelText('Sign-in link')).toBeVisible()
  await user.click(within(dialog).getByRole('button', { name: 'Done' }))
  await waitFor(() => expect(document.body.innerHTML).not.toContain('of-bob'))
})

test('what the hub says of a field stands beside it', async () => {
  open({
    'POST /api/members': problem(409, 'conflict', 'This person is a member already.', [
      { field: 'email', message: 'is a member already' },
    ]),
  })
  const user = userEvent.setup()
  await user.click(await screen.findByRole('button', { name: 'Invite' }))
  await user.type(await screen.findByLabelText('Email'), 'bob@acme.example')
  await user.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Invite' }))
  await waitFor(() =>
    expect(screen.getByLabelText('Email')).toHaveAccessibleDescription(/is a member already/),
  )
})

test('the last admin can be neither removed nor made anything else', async () => {
  open()
  const row = (await screen.findByText('ada@acme.example')).closest('tr')!
  expect(await screen.findByRole('combobox', { name: 'Role of bob@acme.example' })).toBeVisible()
  expect(within(row).queryByRole('combobox')).not.toBeInTheDocument()
  const user = userEvent.setup()
  await user.click(within(row).getByRole('button', { name: 'Actions for ada@acme.example' }))
  expect(screen.getByRole('menuitem', { name: 'The last admin stays' })).toHaveAttribute(
    'aria-disabled',
    'true',
  )
})

test('a member is removed after a question', async () => {
  const hub = open({ [`DELETE /api/members/${BOB}`]: new Response(null, { status: 204 }) })
  const user = userEvent.setup()
  await user.click(await screen.findByRole('button', { name: 'Actions for bob@acme.example' }))
  await user.click(screen.getByRole('menuitem', { name: 'Remove' }))
  const question = await screen.findByRole('alertdialog', { name: 'Remove bob@acme.example?' })
  await user.click(within(question).getByRole('button', { name: 'Cancel' }))
  expect(hub.bodiesOf(`DELETE /api/members/${BOB}`)).toEqual([])
  await user.click(screen.getByRole('button', { name: 'Actions for bob@acme.example' }))
  await user.click(screen.getByRole('menuitem', { name: 'Remove' }))
  await user.click(within(await screen.findByRole('alertdialog')).getByRole('button', { name: 'Remove' }))
  await waitFor(() => expect(hub.bodiesOf(`DELETE /api/members/${BOB}`)).toHaveLength(1))
})

test('who may not manage members is told which role can, and offered nothing', async () => {
  open({ 'GET /api/members': problem(403, 'forbidden', 'This needs the role admin.') }, 'member')
  expect(await screen.findByText('This needs the role admin.')).toBeVisible()
  expect(screen.queryByRole('button', { name: 'Invite' })).not.toBeInTheDocument()
})
