import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { ConfirmProvider } from '@/components/confirm'
import { problem, session, standInForHub } from '@/test/hub'
import { answer, renderPage } from '@/test/render'
import { Inbound } from './inbound'
import { type Channel, type InboundAddress, settingsOf } from './inbound-api'

vi.mock('next/navigation', () => ({
  useRouter: () => ({ push: vi.fn() }),
  usePathname: () => '/settings/inbound-mail/',
}))
afterEach(() => vi.unstubAllGlobals())

const SENDGRID: Channel = { slug: 'sendgrid', name: 'SendGrid', summary: 'Mails of SendGrid.', config: {} }
const MIME: Channel = {
  slug: 'mime',
  name: 'Mail server',
  summary: 'Mails as they are.',
  config: {
    type: 'object',
    properties: { authserv_id: { type: 'string', title: 'Server id', pattern: '^[a-z.]+$' } },
  },
}
const ADDRESS: InboundAddress = {
  id: '518f3a52-6c1e-8d5b-9a4e-000000000001',
  channel: 'sendgrid',
  name: 'Disputes mailbox',
  config: {},
  created_at: '2026-11-20T08:00:00+00:00',
  created_by: 'Ada',
  received_at: '2026-11-27T08:00:00+00:00',
  waiting: 2,
  outcomes: { opened: 12, spam: 1, loop: 0 },
}

function open(answers: Parameters<typeof standInForHub>[0] = {}) {
  const hub = standInForHub({
    'GET /api/session': answer(session()),
    'GET /api/inbound-addresses': answer({ items: [ADDRESS], channels: [SENDGRID, MIME] }),
    ...answers,
  })
  renderPage(
    <ConfirmProvider>
      <Inbound />
    </ConfirmProvider>,
  )
  return hub
}

test('each address says what came by it and what became of it', async () => {
  open()
  const row = await screen.findByRole('row', { name: /Disputes mailbox/ })
  expect(row).toHaveTextContent('SendGrid')
  expect(row).toHaveTextContent('12 opened · 1 spam')
})

test('a new address is shown once, with what its channel asks for', async () => {
  const url = 'https://ar.example.com/api/inbound/mime/0a1b'
  const { bodiesOf } = open({ 'POST /api/inbound-addresses': answer({ ...ADDRESS, url }, 201) })
  await userEvent.click(await screen.findByRole('button', { name: 'New address' }))
  const dialog = await screen.findByRole('dialog', { name: 'New address' })
  await userEvent.click(within(dialog).getByRole('combobox', { name: 'Comes by' }))
  await userEvent.click(await screen.findByRole('option', { name: 'Mail server' }))
  await userEvent.type(within(dialog).getByLabelText(/Server id/), 'NO!')
  await userEvent.click(within(dialog).getByRole('button', { name: 'New address' }))
  expect(await within(dialog).findByText('This is needed.')).toBeInTheDocument()
  expect(within(dialog).getByText('This does not look as it should.')).toBeInTheDocument()
  await userEvent.type(within(dialog).getByLabelText('Name'), 'Mailbox')
  await userEvent.clear(within(dialog).getByLabelText(/Server id/))
  await userEvent.type(within(dialog).getByLabelText(/Server id/), 'mx.acme.example')
  await userEvent.click(within(dialog).getByRole('button', { name: 'New address' }))
  expect(await screen.findByDisplayValue(url)).toBeInTheDocument()
  expect(bodiesOf('POST /api/inbound-addresses')).toEqual([
    { name: 'Mailbox', channel: 'mime', config: { authserv_id: 'mx.acme.example' } },
  ])
})

test('an address is deleted after a question', async () => {
  const { asked } = open({
    [`DELETE /api/inbound-addresses/${ADDRESS.id}`]: new Response(null, { status: 204 }),
  })
  await userEvent.click(await screen.findByRole('button', { name: 'Delete Disputes mailbox' }))
  const question = await screen.findByRole('alertdialog')
  await userEvent.click(within(question).getByRole('button', { name: 'Delete' }))
  await waitFor(() =>
    expect(asked.map(({ request }) => request)).toContain(`DELETE /api/inbound-addresses/${ADDRESS.id}`),
  )
})

test('none yet, and no leave to look', async () => {
  open({ 'GET /api/inbound-addresses': answer({ items: [], channels: [] }) })
  expect(await screen.findByText('No mail comes in yet')).toBeInTheDocument()
  expect(await screen.findByRole('button', { name: 'New address' })).toBeDisabled()
})

test('who may not see them is told so', async () => {
  open({ 'GET /api/inbound-addresses': problem(403, 'forbidden', 'This needs the role admin.') })
  expect(await screen.findByText('Not allowed')).toBeInTheDocument()
})

test('only text can be set', () => {
  expect(settingsOf(undefined)).toEqual([])
  const found = settingsOf({
    ...MIME,
    config: { required: ['a'], properties: { a: { type: 'string' }, b: { type: 'boolean' } } },
  })
  expect(found).toEqual([{ name: 'a', title: 'a', help: undefined, pattern: null, isRequired: true }])
})
