import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { problem, session, standInForHub } from '@/test/hub'
import { answer, renderPage } from '@/test/render'
import { Jobs } from './jobs'
import { SettingsLayout } from './layout'
import { Tenants } from './tenants'
import type { InstalledTenant } from './tenants-api'

let path = '/settings/tenants/'
vi.mock('@/lib/nav', () => ({ Link: (props: object) => <a {...props} />, usePathname: () => path }))
afterEach(() => {
  path = '/settings/tenants/'
  vi.unstubAllGlobals()
})

const tenant: InstalledTenant = {
  key: 'acme',
  name: 'Acme',
  home_currency: 'EUR',
  time_zone: 'Europe/Berlin',
  loss_given_default: null,
  created_at: '2026-03-01T09:00:00+00:00',
  status: 'migration_failed',
  schema_version: '0006',
}
const operator = session({ is_operator: true })

function open(answers: Parameters<typeof standInForHub>[0] = {}) {
  const hub = standInForHub({
    'GET /api/session': answer(operator),
    'GET /api/operator/tenants': answer({ items: [tenant], next_cursor: null }),
    'GET /api/operator/audit': answer({ items: [], next_cursor: null }),
    ...answers,
  })
  renderPage(<Tenants />)
  return hub
}

test('a company whose schema lags is told apart', async () => {
  open()
  expect(await screen.findByText('Schema lags at 0006')).toBeVisible()
})

test('a company is made with its first admin, whose link is shown once', async () => {
  const sign_in = { sign_in_link: 'https://x/#link=of-bob', expires_at: '2026-03-02T09:00:00+00:00' }
  const admin = { email: 'bob@new.example', name: '', role: 'admin', user_id: 'b', sign_in }
  const hub = open({ 'POST /api/operator/tenants': answer({ ...tenant, name: 'New', admin }, 201) })
  const user = userEvent.setup()
  await user.click(await screen.findByRole('button', { name: 'New company' }))
  const form = await screen.findByRole('dialog', { name: 'New company' })
  await user.type(within(form).getByLabelText('Name'), 'New')
  await user.type(within(form).getByLabelText(/Key/), 'No Key')
  await user.type(within(form).getByLabelText(/First admin/), 'bob@new.example')
  await user.click(within(form).getByRole('button', { name: 'New company' }))
  expect(await within(form).findByText(/a letter first; at most 40/)).toBeVisible()
  await user.clear(within(form).getByLabelText(/Key/))
  await user.click(within(form).getByRole('button', { name: 'New company' }))
  expect(await screen.findByLabelText('Sign-in link')).toHaveValue('https://x/#link=of-bob')
  expect(hub.bodiesOf('POST /api/operator/tenants')).toEqual([
    { name: 'New', home_currency: 'USD', time_zone: 'UTC', admin_email: 'bob@new.example' },
  ])
  await user.click(screen.getByRole('button', { name: 'Done' }))
  await waitFor(() => expect(document.body.innerHTML).not.toContain('of-bob'))
})

test('what is wrong with an admin’s address stands beside it', async () => {
  open({
    'POST /api/operator/tenants/acme/admins': problem(422, 'invalid', 'This is no email address.', [
      { field: 'email', message: 'use an address such as ada@example.com' },
    ]),
  })
  const user = userEvent.setup()
  await user.click(await screen.findByRole('button', { name: 'Invite admin of Acme' }))
  const form = await screen.findByRole('dialog')
  expect(within(form).queryByLabelText('Role')).not.toBeInTheDocument()
  await user.type(within(form).getByLabelText('Email'), 'bob@x')
  await user.click(within(form).getByRole('button', { name: 'Invite' }))
  expect(await within(form).findByText('use an address such as ada@example.com')).toBeVisible()
})

const REMINDERS = [
  'Reminder policies',
  'Reminder settings',
  'Reminder templates',
  'Writers',
  'Channels',
  'Suppressions',
]

test.each([
  [
    'admin',
    false,
    [
      'General',
      'Members',
      'API keys',
      'Dispute policy',
      ...REMINDERS,
      'Incoming mail',
      'Webhooks',
      'Jobs',
      'Audit',
      'Privacy',
      'Profile',
    ],
  ],
  ['viewer', false, ['General', 'Dispute policy', ...REMINDERS, 'Jobs', 'Profile']],
  ['viewer', true, ['General', 'Dispute policy', ...REMINDERS, 'Jobs', 'Profile', 'Companies']],
] as const)('a %s (operator: %s) finds their own pages', async (role, isOperator, pages) => {
  standInForHub({ 'GET /api/session': answer(session({ role, is_operator: isOperator })) })
  renderPage(<SettingsLayout>page</SettingsLayout>)
  await screen.findByRole('link', { name: 'General' })
  expect(screen.getAllByRole('link').map((link) => link.textContent)).toEqual(pages)
})

test('a job that failed says why, and where the log has more', async () => {
  path = '/settings/jobs/'
  const failed = {
    id: 'j1',
    kind: 'sync.run',
    state: 'failed',
    progress: 0.4,
    message: 'Reading invoices',
    result: null,
    error: { code: 'auth', message: 'The provider refuses the token.', trace_id: 't-1' },
    attempts: 2,
    max_attempts: 5,
    run_at: '2026-03-01T09:00:00+00:00',
    created_at: '2026-03-01T09:00:00+00:00',
    started_at: '2026-03-01T09:00:00+00:00',
    finished_at: '2026-03-01T09:00:10+00:00',
  }
  standInForHub({ 'GET /api/session': answer(session()), 'GET /api/jobs': answer({ items: [failed] }) })
  renderPage(<Jobs />)
  const user = userEvent.setup()
  expect(await screen.findByText('The provider refuses the token.')).toBeVisible()
  await user.click(screen.getByRole('button', { name: 'Sync' }))
  const details = await screen.findByRole('dialog', { name: 'Sync' })
  expect(within(details).getByText('t-1')).toBeVisible()
  expect(within(details).getByText('2 of at most 5')).toBeVisible()
})
