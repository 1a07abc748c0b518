import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { ConfirmProvider } from '@/components/confirm'
import { Toaster } from '@/components/ui/sonner'
import { problem, session, standInForHub } from '@/test/hub'
import { answer, renderPage } from '@/test/render'
import { Channels } from './channels'
import type { Channel, ChannelPlugin } from './channels-api'

vi.mock('next/navigation', () => ({
  useRouter: () => ({ push: vi.fn() }),
  usePathname: () => '/settings/channels/',
}))
afterEach(() => vi.unstubAllGlobals())

const SMTP: ChannelPlugin = {
  slug: 'smtp',
  name: 'Mail server (SMTP)',
  summary: 'Sends through a mail server.',
  purposes: ['debtors'],
  capabilities: ['send'],
  form: {
    type: 'object',
    required: ['host'],
    properties: {
      host: { type: 'string', title: 'Server' },
      port: { type: 'integer', title: 'Port', default: 587 },
      password: { type: 'string', title: 'Password', 'x-secret': true },
    },
  },
}
const SENDGRID: ChannelPlugin = {
  ...SMTP,
  slug: 'sendgrid',
  name: 'SendGrid',
  capabilities: ['send', 'receipts'],
}
const CHANNEL: Channel = {
  id: '718f3a52-6c1e-8d5b-9a4e-000000000001',
  plugin: 'smtp',
  name: 'Company mail',
  purpose: 'debtors',
  is_default: true,
  status: 'ready',
  reason: 'mail.acme.example:587 answered.',
  checked_at: '2026-11-27T08:00:00+00:00',
  sender: 'ar@acme.example',
  sender_name: 'Acme GmbH',
  reply_to: null,
  per_minute: 60,
  per_day: null,
  config: { host: 'mail.acme.example', port: 587 },
  sealed: ['password'],
  capabilities: ['send'],
  receipts_address_since: null,
  created_at: '2026-11-20T08:00:00+00:00',
  updated_at: '2026-11-20T08:00:00+00:00',
  version: 3,
}
const PATH = `/api/channels/${CHANNEL.id}`

function open(answers: Parameters<typeof standInForHub>[0] = {}, items: Channel[] = [CHANNEL]) {
  const hub = standInForHub({
    'GET /api/session': answer(session()),
    'GET /api/channels': answer({ items, plugins: [SMTP, SENDGRID] }),
    ...answers,
  })
  renderPage(
    <ConfirmProvider>
      <Channels />
      <Toaster />
    </ConfirmProvider>,
  )
  return hub
}

async function choose(action: string, name = 'Company mail') {
  await userEvent.click(await screen.findByRole('button', { name: `Actions for ${name}` }))
  await userEvent.click(await screen.findByRole('menuitem', { name: action }))
}

test('a channel says what it is, how it fares and whom it is from', async () => {
  open()
  expect(await screen.findByRole('heading', { name: /Company mail/ })).toBeInTheDocument()
  expect(screen.getByText('Ready')).toBeInTheDocument()
  expect(screen.getByText('Default')).toBeInTheDocument()
  expect(screen.getByText('Acme GmbH <ar@acme.example>')).toBeInTheDocument()
  expect(screen.getByText('60 a minute')).toBeInTheDocument()
  expect(screen.getByText('mail.acme.example:587 answered.')).toBeInTheDocument()
})

test('a channel is set up with what its provider asks for; what is refused stands at its field', async () => {
  const refused = problem(422, 'invalid', 'The form cannot be used.', [
    { field: 'config.host', message: 'Is no name of a server.' },
  ])
  const { bodiesOf } = open({ 'POST /api/channels': refused }, [])
  await userEvent.click((await screen.findAllByRole('button', { name: 'New channel' }))[0]!)
  const dialog = await screen.findByRole('dialog', { name: 'New channel' })
  await userEvent.click(within(dialog).getByRole('button', { name: 'Set up' }))
  expect(await within(dialog).findAllByText('This is needed.')).toHaveLength(2)
  expect(bodiesOf('POST /api/channels')).toEqual([])
  await userEvent.type(within(dialog).getByLabelText('From address'), 'ar@acme.example')
  await userEvent.type(within(dialog).getByLabelText('Server'), 'mail.acme.example')
  await userEvent.type(within(dialog).getByLabelText(/Password/), 'hunter2')
  await userEvent.type(within(dialog).getByLabelText(/Messages a minute/), '0')
  await userEvent.click(within(dialog).getByRole('button', { name: 'Set up' }))
  expect(await within(dialog).findByText('A whole number from 1 on.')).toBeInTheDocument()
  await userEvent.clear(within(dialog).getByLabelText(/Messages a minute/))
  await userEvent.click(within(dialog).getByRole('button', { name: 'Set up' }))
  expect(await within(dialog).findByText('Is no name of a server.')).toBeInTheDocument()
  expect(bodiesOf('POST /api/channels')).toEqual([
    {
      plugin: 'smtp',
      purpose: 'debtors',
      name: 'Mail server (SMTP)',
      sender: 'ar@acme.example',
      sender_name: null,
      reply_to: null,
      per_minute: null,
      per_day: null,
      config: { host: 'mail.acme.example', port: 587, password: 'hunter2' },
    },
  ])
})

test('an edited channel keeps its secret and names the version that was read', async () => {
  const changed = { ...CHANNEL, name: 'New name', version: 4 }
  const { asked } = open({
    [`PATCH ${PATH}`]: answer(changed),
    [`POST ${PATH}/check`]: answer({ ...changed, status: 'failing', reason: 'Nobody answers.' }),
  })
  await choose('Edit')
  const dialog = await screen.findByRole('dialog', { name: 'Edit Company mail' })
  expect(within(dialog).queryByRole('combobox', { name: 'Provider' })).not.toBeInTheDocument()
  expect(within(dialog).getByText('stored')).toBeInTheDocument()
  const name = within(dialog).getByLabelText('Name')
  await userEvent.clear(name)
  await userEvent.type(name, 'New name')
  await userEvent.click(within(dialog).getByRole('button', { name: 'Save' }))
  expect(await screen.findByText('New name was saved')).toBeInTheDocument()
  // What was entered is tried at once.
  expect(await screen.findByText('New name does not work')).toBeInTheDocument()
  const sent = asked.find(({ request }) => request === `PATCH ${PATH}`)!
  expect(sent.headers.get('If-Match')).toBe('"3"')
  expect(sent.body).toMatchObject({
    name: 'New name',
    per_minute: 60,
    config: { host: 'mail.acme.example', port: 587 },
  })
})

test('a test says what was answered, taken or not', async () => {
  const answers = [
    { is_accepted: true, sent_to: 'ada@acme.example', detail: 'The message was taken.' },
    { is_accepted: false, sent_to: 'ada@acme.example', detail: 'The server answered 550.' },
  ]
  open({ [`POST ${PATH}/test`]: () => answer(answers.shift()) })
  await choose('Send a test')
  expect(await screen.findByText('The test was sent')).toBeInTheDocument()
  expect(screen.getByText('To ada@acme.example. The message was taken.')).toBeInTheDocument()
  await choose('Send a test')
  expect(await screen.findByText('The test was not taken')).toBeInTheDocument()
  expect(screen.getByText('The server answered 550.')).toBeInTheDocument()
})

test('a check says whether it works', async () => {
  open({ [`POST ${PATH}/check`]: answer({ ...CHANNEL, status: 'failing', reason: 'Nobody answers.' }) })
  await choose('Check now')
  expect(await screen.findByText('Company mail does not work')).toBeInTheDocument()
})

test('the address for delivery events is shown once, and replaced after a question', async () => {
  const url = 'https://ar.acme.example/api/channels/receipts/0a1b'
  const channel: Channel = {
    ...CHANNEL,
    plugin: 'sendgrid',
    capabilities: ['send', 'receipts'],
    receipts_address_since: '2026-11-20T08:00:00+00:00',
  }
  open({ [`POST ${PATH}/receipts-address`]: answer({ url }, 201) }, [channel])
  await choose('Address for delivery events')
  await userEvent.click(
    within(await screen.findByRole('alertdialog')).getByRole('button', { name: 'Replace' }),
  )
  expect(await screen.findByDisplayValue(url)).toBeInTheDocument()
})

test('what is disabled or deleted is asked for first', async () => {
  const { bodiesOf, asked } = open({
    [`PATCH ${PATH}`]: answer({ ...CHANNEL, status: 'disabled' }),
    [`DELETE ${PATH}`]: new Response(null, { status: 204 }),
  })
  await choose('Disable')
  await userEvent.click(
    within(await screen.findByRole('alertdialog')).getByRole('button', { name: 'Disable' }),
  )
  await waitFor(() => expect(bodiesOf(`PATCH ${PATH}`)).toEqual([{ is_disabled: true }]))
  await choose('Delete')
  await userEvent.click(
    within(await screen.findByRole('alertdialog')).getByRole('button', { name: 'Delete' }),
  )
  await waitFor(() => expect(asked.map(({ request }) => request)).toContain(`DELETE ${PATH}`))
})

test('another channel is made the default, one that is disabled is enabled', async () => {
  const other = { ...CHANNEL, is_default: false, status: 'disabled' as const, reason: null }
  const { bodiesOf } = open({ [`PATCH ${PATH}`]: answer({ ...other, status: 'ready' }) }, [other])
  await userEvent.click(await screen.findByRole('button', { name: 'Actions for Company mail' }))
  expect(screen.queryByRole('menuitem', { name: 'Make default' })).not.toBeInTheDocument()
  await userEvent.click(await screen.findByRole('menuitem', { name: 'Enable' }))
  await waitFor(() => expect(bodiesOf(`PATCH ${PATH}`)).toEqual([{ is_disabled: false }]))
})

test('a plugin that is gone is named', async () => {
  open({}, [{ ...CHANNEL, plugin: 'acme', status: 'failing', reason: 'acme is not installed any more.' }])
  expect(await screen.findByText('acme (not installed)')).toBeInTheDocument()
  expect(screen.getByText('Failing')).toBeInTheDocument()
})

test('who may only look sees no actions', async () => {
  open({ 'GET /api/session': answer(session({ role: 'viewer' })) })
  expect(await screen.findByRole('heading', { name: /Company mail/ })).toBeInTheDocument()
  expect(screen.queryByRole('button', { name: /Actions for/ })).not.toBeInTheDocument()
  expect(screen.queryByRole('button', { name: 'New channel' })).not.toBeInTheDocument()
})

test('none yet, and none to be seen', async () => {
  open({}, [])
  expect(await screen.findByText('No channel is set up yet')).toBeInTheDocument()
})

test('who may not see them is told so', async () => {
  open({ 'GET /api/channels': problem(403, 'forbidden', 'This needs the role viewer.') })
  expect(await screen.findByText('Not allowed')).toBeInTheDocument()
})
