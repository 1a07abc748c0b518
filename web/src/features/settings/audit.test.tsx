import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { problem, session, standInForHub } from '@/test/hub'
import { answer, renderPage } from '@/test/render'
import { Audit } from './audit'
import type { AuditEvent, Verification } from './audit-api'

vi.mock('@/lib/nav', () => ({
  Link: (props: object) => <a {...props} />,
  usePathname: () => '/settings/audit/',
}))
afterEach(() => vi.unstubAllGlobals())

const event = (different: Partial<AuditEvent> = {}): AuditEvent => ({
  number: 41,
  at: '2026-03-01T09:00:00+00:00',
  actor_kind: 'person',
  actor_id: 'ada',
  actor_name: 'ada@acme.example',
  action: 'member.updated',
  object_type: 'member',
  object_id: 'bob',
  outcome: 'done',
  before: { role: 'viewer' },
  after: { role: 'admin' },
  address: '192.0.2.7',
  user_agent: 'Firefox',
  request_id: 'r41',
  ...different,
})
const verdict = (different: Partial<Verification> = {}): Verification => ({
  is_intact: true,
  after: 0,
  through: 41,
  fault: null,
  head_number: 41,
  head_hash: 'ab12',
  next_after: null,
  ...different,
})

function open(answers: Parameters<typeof standInForHub>[0] = {}, searchParams = '') {
  const hub = standInForHub({
    'GET /api/session': answer(session()),
    'GET /api/audit': answer({ items: [event()], next_cursor: null }),
    ...answers,
  })
  renderPage(<Audit />, { searchParams })
  return hub
}

test('an event opens with who, what and what it changed', async () => {
  open()
  const user = userEvent.setup()
  await user.click(await screen.findByRole('button', { name: 'member.updated' }))
  const details = await screen.findByRole('dialog', { name: 'member.updated' })
  const change = within(within(details).getByRole('table', { name: 'Changes' }))
  expect(change.getByRole('row', { name: 'role viewer admin' })).toBeVisible()
  expect(within(details).getByText('r41')).toBeVisible()
})

test('the filters of the address are those that are asked for and exported', async () => {
  const hub = open({}, '?action=member.&outcome=denied&from=2026-03-01')
  await screen.findByRole('button', { name: 'member.updated' })
  const asked = new URLSearchParams(hub.asked.find(({ request }) => request === 'GET /api/audit')!.search)
  expect(Object.fromEntries(asked)).toEqual({
    action: 'member.',
    outcome: 'denied',
    from: '2026-03-01T00:00:00.000Z',
    limit: '50',
  })
  const user = userEvent.setup()
  await user.click(screen.getByRole('button', { name: 'Export' }))
  const file = await screen.findByRole('menuitem', { name: /CSV/ })
  expect(new URL((file as HTMLAnchorElement).href).searchParams.toString()).toBe(
    'action=member.&outcome=denied&from=2026-03-01T00%3A00%3A00.000Z&format=csv',
  )
})

test('where no event matches the filters, they can be cleared', async () => {
  open({ 'GET /api/audit': answer({ items: [], next_cursor: null }) }, '?action=nothing')
  expect(await screen.findByText('No events match')).toBeVisible()
  await userEvent.click(screen.getByRole('button', { name: 'Clear filters' }))
  expect(await screen.findByText('Nothing was done yet')).toBeVisible()
})

test('the whole chain is verified, piece by piece', async () => {
  const hub = open({
    'GET /api/audit/verification': (request) =>
      new URL(request.url).searchParams.get('after') === '0'
        ? answer(verdict({ through: 20, next_after: 20 }))
        : answer(verdict({ after: 20 })),
  })
  await userEvent.click(await screen.findByRole('button', { name: 'Verify' }))
  expect(await screen.findByText('All 41 events are as they were written')).toBeVisible()
  expect(screen.getByText('ab12')).toBeVisible()
  const asked = hub.asked.filter(({ request }) => request === 'GET /api/audit/verification')
  expect(asked.map(({ search }) => search)).toEqual(['?after=0', '?after=20'])
})

test('a chain that was tampered with is told with its first fault', async () => {
  open({
    'GET /api/audit/verification': answer(
      verdict({ is_intact: false, fault: { number: 17, reason: 'was changed' } }),
    ),
  })
  await userEvent.click(await screen.findByRole('button', { name: 'Verify' }))
  expect(await screen.findByRole('alert')).toHaveTextContent(/from event 17 on.*was changed/)
})

test('a refusal says which role is needed', async () => {
  open({
    'GET /api/session': answer(session({ role: 'viewer' })),
    'GET /api/audit': problem(403, 'forbidden', 'This needs the role admin.'),
  })
  expect(await screen.findByText('This needs the role admin.')).toBeVisible()
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Verify' })).not.toBeInTheDocument())
  expect(screen.queryByRole('button', { name: 'Export' })).not.toBeInTheDocument()
})
