import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { ConfirmProvider } from '@/components/confirm'
import { Toaster } from '@/components/ui/sonner'
import { problem, session, standInForHub } from '@/test/hub'
import { answer, renderPage } from '@/test/render'
import { Suppressions } from './suppressions'
import { isActive, type Suppression } from './suppressions-api'

vi.mock('next/navigation', () => ({
  useRouter: () => ({ push: vi.fn() }),
  usePathname: () => '/settings/suppressions/',
}))
afterEach(() => vi.unstubAllGlobals())

const BOUNCED: Suppression = {
  id: '818f3a52-6c1e-8d5b-9a4e-000000000001',
  address: 'ada@debtor.example',
  kind: 'bounced',
  until: null,
  detail: '5.1.1 no such user',
  reminder_id: null,
  created_at: '2026-11-20T08:00:00+00:00',
  created_by: 'receipts',
  released_at: null,
  released_by: null,
}

function open(answers: Parameters<typeof standInForHub>[0] = {}, items: Suppression[] = [BOUNCED]) {
  const hub = standInForHub({
    'GET /api/session': answer(session()),
    'GET /api/suppressions': answer({ items, next_cursor: null }),
    ...answers,
  })
  renderPage(
    <ConfirmProvider>
      <Suppressions />
      <Toaster />
    </ConfirmProvider>,
  )
  return hub
}

test('an address says why it is not written to, and who found out', async () => {
  const { asked } = open()
  const row = await screen.findByRole('row', { name: /ada@debtor.example/ })
  expect(row).toHaveTextContent('Bounced')
  expect(row).toHaveTextContent('5.1.1 no such user')
  expect(row).toHaveTextContent('Delivery report')
  expect(asked.find(({ request }) => request === 'GET /api/suppressions')!.search).toBe(
    '?limit=50&active=true',
  )
})

test('what was chosen is asked for', async () => {
  const { asked } = open()
  await userEvent.type(await screen.findByRole('searchbox', { name: 'Search addresses' }), 'debtor')
  await userEvent.click(screen.getByRole('combobox', { name: 'Reason' }))
  await userEvent.click(await screen.findByRole('option', { name: 'Complained' }))
  await userEvent.click(screen.getByRole('combobox', { name: 'State' }))
  await userEvent.click(await screen.findByRole('option', { name: 'Both' }))
  await waitFor(() =>
    expect(asked.map(({ search }) => search)).toContain('?limit=50&q=debtor&kind=complained'),
  )
})

test('nothing that matches can be undone, and nothing at all is said', async () => {
  open({}, [])
  expect(await screen.findByText('Every address may be written to')).toBeInTheDocument()
  await userEvent.type(screen.getByRole('searchbox', { name: 'Search addresses' }), 'x')
  expect(await screen.findByText('No address matches')).toBeInTheDocument()
  await userEvent.click(screen.getByRole('button', { name: 'Clear filters' }))
  expect(await screen.findByText('Every address may be written to')).toBeInTheDocument()
})

test('the next page begins where this one ends', async () => {
  const { asked } = open({
    'GET /api/suppressions': answer({ items: [BOUNCED], next_cursor: 'abc' }),
  })
  await userEvent.click(await screen.findByRole('button', { name: 'Next' }))
  await waitFor(() => expect(asked.map(({ search }) => search)).toContain('?limit=50&active=true&cursor=abc'))
})

test('an address is suppressed until a day, or refused at its field', async () => {
  const refused = problem(422, 'invalid', 'This is no e-mail address.', [
    { field: 'address', message: 'That is no address.' },
  ])
  const answers = [refused, answer({ ...BOUNCED, kind: 'manual', address: 'bob@debtor.example' }, 201)]
  const { bodiesOf } = open({ 'POST /api/suppressions': () => answers.shift()! })
  await userEvent.click(await screen.findByRole('button', { name: 'Suppress an address' }))
  const dialog = await screen.findByRole('dialog', { name: 'Suppress an address' })
  await userEvent.click(within(dialog).getByRole('button', { name: 'Suppress' }))
  expect(await within(dialog).findByText('This is needed.')).toBeInTheDocument()
  await userEvent.type(within(dialog).getByLabelText('Address'), 'bob@debtor')
  await userEvent.click(within(dialog).getByRole('button', { name: 'Suppress' }))
  expect(await within(dialog).findByText('That is no address.')).toBeInTheDocument()
  await userEvent.type(within(dialog).getByLabelText('Address'), '.example')
  await userEvent.type(within(dialog).getByLabelText(/Why/), 'Asked by phone')
  await userEvent.type(within(dialog).getByLabelText(/Until/), '2027-01-31')
  await userEvent.click(within(dialog).getByRole('button', { name: 'Suppress' }))
  expect(await screen.findByText('bob@debtor.example is not written to any more')).toBeInTheDocument()
  const sent = bodiesOf('POST /api/suppressions')[1] as { until: string }
  expect(sent).toMatchObject({ address: 'bob@debtor.example', detail: 'Asked by phone' })
  expect(new Date(sent.until).getTime()).toBe(new Date('2027-01-31T23:59:59').getTime())
})

test('who unsubscribed is released only after a warning', async () => {
  const path = `/api/suppressions/${BOUNCED.id}`
  const { asked } = open(
    { [`DELETE ${path}`]: answer({ ...BOUNCED, released_at: '2026-11-28T08:00:00Z' }) },
    [{ ...BOUNCED, kind: 'unsubscribed' }],
  )
  await userEvent.click(await screen.findByRole('button', { name: 'Release ada@debtor.example' }))
  const question = await screen.findByRole('alertdialog')
  expect(question).toHaveTextContent('They asked not to be written to.')
  await userEvent.click(within(question).getByRole('button', { name: 'Release' }))
  await waitFor(() => expect(asked.map(({ request }) => request)).toContain(`DELETE ${path}`))
})

test('what ended says so and cannot be released', async () => {
  open({}, [
    { ...BOUNCED, released_at: '2026-11-25T08:00:00+00:00', released_by: 'Jo' },
    {
      ...BOUNCED,
      id: `${BOUNCED.id.slice(0, -1)}2`,
      address: 'away@debtor.example',
      until: '2020-01-01T00:00:00Z',
    },
  ])
  expect(await screen.findByRole('row', { name: /ada@debtor.example/ })).toHaveTextContent('released by Jo')
  expect(screen.getByRole('row', { name: /away@debtor.example/ })).toHaveTextContent('ended')
  expect(screen.queryByRole('button', { name: /^Release/ })).not.toBeInTheDocument()
})

test('a member adds and releases nothing; whoever may not look is told so', async () => {
  open({ 'GET /api/session': answer(session({ role: 'member' })) })
  expect(await screen.findByRole('button', { name: 'Suppress an address' })).toBeInTheDocument()
  expect(screen.queryByRole('button', { name: /^Release/ })).not.toBeInTheDocument()
})

test('who was erased is named by what is left of them', async () => {
  open({}, [{ ...BOUNCED, address: null }])
  expect(await screen.findByRole('row', { name: /erased/ })).toBeInTheDocument()
})

test('a suppression holds until it is released or over', () => {
  const now = Date.parse('2026-11-28T00:00:00Z')
  expect(isActive(BOUNCED, now)).toBe(true)
  expect(isActive({ ...BOUNCED, until: '2026-11-28T00:00:01Z' }, now)).toBe(true)
  expect(isActive({ ...BOUNCED, until: '2026-11-28T00:00:00Z' }, now)).toBe(false)
  expect(isActive({ ...BOUNCED, released_at: '2026-11-01T00:00:00Z' }, now)).toBe(false)
})
