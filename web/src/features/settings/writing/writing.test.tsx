import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { ConfirmProvider } from '@/components/confirm'
import { problem, session, standInForHub } from '@/test/hub'
import { answer, renderPage } from '@/test/render'
import type { Filled, Template, Writer, Written } from './api'
import { Templates } from './templates'
import { Writers } from './writers'

vi.mock('next/navigation', () => ({
  useRouter: () => ({ push: vi.fn() }),
  usePathname: () => '/settings/writers/',
}))
afterEach(() => vi.unstubAllGlobals())

const TEMPLATE_WRITER: Writer = {
  plugin: 'template_writer',
  name: 'Templates',
  summary: 'Fills templates.',
  form: { type: 'object', properties: {}, required: [] },
  config: {},
  sealed: [],
  is_remote: false,
  is_ready: true,
  reason: null,
  agreed_at: null,
  agreed_by: null,
  version: 0,
}
const LLM: Writer = {
  ...TEMPLATE_WRITER,
  plugin: 'llm_writer',
  name: 'Language model',
  summary: 'Asks a model.',
  form: {
    type: 'object',
    required: ['model'],
    properties: {
      model: { type: 'string', title: 'Model' },
      api_key: { type: 'string', title: 'API key', 'x-secret': true },
    },
  },
  is_remote: true,
  is_ready: false,
  reason: 'Language model is not set up.',
}
const SET_UP: Writer = {
  ...LLM,
  config: { model: 'gpt-4.1' },
  sealed: ['api_key'],
  is_ready: true,
  reason: null,
  agreed_at: '2026-11-20T08:00:00+00:00',
  agreed_by: 'ada',
  version: 3,
}
const FILLED: Filled = {
  customer_name: 'Acme GmbH',
  language: 'en',
  subject: 'Invoice INV-7',
  text: 'Dear Jo Doe, please pay.',
  html: '<p>Dear Jo Doe, please pay.</p>',
  verdict: { passes: true, refusals: [] },
}
const WRITTEN: Written = {
  ...FILLED,
  writer: 'template_writer',
  fell_back: 'llm_writer: openai answered 401',
  attempts: [],
}
const texts = (['friendly', 'firm', 'neutral'] as const).map((tone): Template => ({
  purpose: 'reminder',
  language: 'en',
  tone,
  subject: `Subject, ${tone}`,
  text: `{{ greeting }} ${tone}`,
  is_own: tone === 'firm',
  version: tone === 'firm' ? 2 : 0,
  updated_at: null,
}))

function open(page: 'writers' | 'templates', answers: Parameters<typeof standInForHub>[0] = {}) {
  const hub = standInForHub({
    'GET /api/session': answer(session()),
    'GET /api/reminder-writers': answer({ items: [TEMPLATE_WRITER, LLM] }),
    'GET /api/reminder-templates': answer({
      items: texts,
      variables: [
        { name: 'total', title: 'What the hub says of it' },
        { name: 'weather', title: 'How the weather is' },
      ],
    }),
    ...answers,
  })
  renderPage(<ConfirmProvider>{page === 'writers' ? <Writers /> : <Templates />}</ConfirmProvider>)
  return hub
}

test('a writer that is not ready says why and cannot be tried', async () => {
  open('writers')
  expect(await screen.findByText('Language model is not set up.')).toBeInTheDocument()
  const tries = await screen.findAllByRole('button', { name: 'Try it' })
  expect(tries.map((each) => each.hasAttribute('disabled'))).toEqual([false, true])
  expect(screen.getAllByRole('button', { name: 'Set up' })).toHaveLength(1)
})

test('a writer is set up with an admin’s word that it may be asked outside', async () => {
  const { asked, bodiesOf } = open('writers', { 'PUT /api/reminder-writers/llm_writer': answer(SET_UP) })
  await userEvent.click(await screen.findByRole('button', { name: 'Set up' }))
  const dialog = await screen.findByRole('dialog', { name: 'Set up Language model' })
  await userEvent.click(within(dialog).getByRole('button', { name: 'Save' }))
  expect(await within(dialog).findByText('This is needed.')).toBeInTheDocument()
  await userEvent.type(within(dialog).getByLabelText('Model'), 'gpt-4.1')
  await userEvent.type(within(dialog).getByLabelText(/API key/), 'sk-1')
  await userEvent.click(within(dialog).getByRole('checkbox', { name: /may be asked outside/ }))
  await userEvent.click(within(dialog).getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(screen.queryByRole('dialog')).not.toBeInTheDocument())
  expect(bodiesOf('PUT /api/reminder-writers/llm_writer')).toEqual([
    { config: { model: 'gpt-4.1', api_key: 'sk-1' }, is_agreed: true },
  ])
  const put = asked.find(({ request }) => request.startsWith('PUT'))
  expect(put?.headers.get('If-Match')).toBe('"0"')
})

test('a secret that is stored need not be entered again', async () => {
  const { bodiesOf } = open('writers', {
    'GET /api/reminder-writers': answer({ items: [SET_UP] }),
    'PUT /api/reminder-writers/llm_writer': answer(SET_UP),
  })
  await userEvent.click(await screen.findByRole('button', { name: 'Change' }))
  const dialog = await screen.findByRole('dialog')
  expect(within(dialog).getByLabelText(/API key/)).toHaveValue('')
  await userEvent.click(within(dialog).getByRole('button', { name: 'Save' }))
  await waitFor(() =>
    expect(bodiesOf('PUT /api/reminder-writers/llm_writer')).toEqual([
      { config: { model: 'gpt-4.1' }, is_agreed: true },
    ]),
  )
})

test('what the hub refuses of the form stands beside its field', async () => {
  open('writers', {
    'PUT /api/reminder-writers/llm_writer': problem(422, 'invalid', 'No.', [
      { field: 'config.model', message: 'There is no such model.' },
    ]),
  })
  await userEvent.click(await screen.findByRole('button', { name: 'Set up' }))
  const dialog = await screen.findByRole('dialog')
  await userEvent.type(within(dialog).getByLabelText('Model'), 'x')
  await userEvent.click(within(dialog).getByRole('button', { name: 'Save' }))
  expect(await within(dialog).findByText('There is no such model.')).toBeInTheDocument()
})

test('a writer is tried, and says why the template wrote instead', async () => {
  const { bodiesOf } = open('writers', {
    'GET /api/reminder-writers': answer({ items: [SET_UP] }),
    'POST /api/reminder-writers/llm_writer/test': answer(WRITTEN),
  })
  await userEvent.click(await screen.findByRole('button', { name: 'Try it' }))
  const dialog = await screen.findByRole('dialog', { name: 'Try Language model' })
  await userEvent.click(within(dialog).getByRole('button', { name: 'Write' }))
  expect(await within(dialog).findByText('llm_writer: openai answered 401')).toBeInTheDocument()
  expect(within(dialog).getByText('To Acme GmbH')).toBeInTheDocument()
  expect(within(dialog).getByText('The fact check passes it.')).toBeInTheDocument()
  expect(bodiesOf('POST /api/reminder-writers/llm_writer/test')).toEqual([
    { language: 'en', tone: 'neutral', customer_id: null },
  ])
})

test('the settings of a writer are removed after a question', async () => {
  const { asked } = open('writers', {
    'GET /api/reminder-writers': answer({ items: [SET_UP] }),
    'DELETE /api/reminder-writers/llm_writer': new Response(null, { status: 204 }),
  })
  await userEvent.click(await screen.findByRole('button', { name: 'Remove' }))
  const dialog = await screen.findByRole('alertdialog')
  await userEvent.click(within(dialog).getByRole('button', { name: 'Remove' }))
  await waitFor(() => expect(asked.some(({ request }) => request.startsWith('DELETE'))).toBe(true))
})

test('a viewer sets nothing up', async () => {
  open('writers', { 'GET /api/session': answer(session({ role: 'viewer' })) })
  expect(await screen.findByText('Language model is not set up.')).toBeInTheDocument()
  expect(screen.queryByRole('button', { name: 'Set up' })).not.toBeInTheDocument()
  expect(screen.queryByRole('button', { name: 'Try it' })).not.toBeInTheDocument()
})

test('a text is changed and stored under its version', async () => {
  const { asked, bodiesOf } = open('templates', {
    'PUT /api/reminder-templates/reminder/en/friendly': answer({ ...texts[0], is_own: true, version: 1 }),
  })
  const field = await screen.findByLabelText('Text')
  expect(field).toHaveValue('{{ greeting }} friendly')
  const save = await screen.findByRole('button', { name: 'Save' })
  expect(save).toBeDisabled()
  await userEvent.type(field, '!')
  await userEvent.click(save)
  await waitFor(() =>
    expect(bodiesOf('PUT /api/reminder-templates/reminder/en/friendly')).toEqual([
      { subject: 'Subject, friendly', text: '{{ greeting }} friendly!' },
    ]),
  )
  expect(asked.find(({ request }) => request.startsWith('PUT'))?.headers.get('If-Match')).toBe('"0"')
})

test('what cannot be stored of a text stands beside it', async () => {
  open('templates', {
    'PUT /api/reminder-templates/reminder/en/friendly': problem(422, 'invalid', 'No.', [
      { field: 'text', message: '“court”: the facts say nothing of courts' },
    ]),
  })
  await userEvent.type(await screen.findByLabelText('Text'), '!')
  await userEvent.click(await screen.findByRole('button', { name: 'Save' }))
  expect(await screen.findByText('“court”: the facts say nothing of courts')).toBeInTheDocument()
})

test('a text is tried on a customer, with what the fact check refuses', async () => {
  const refusal = { start: 0, end: 4, span: 'Dear', code: 'name', reason: 'No such name.', in_subject: false }
  const { bodiesOf } = open('templates', {
    'POST /api/reminder-templates/preview': answer({
      ...FILLED,
      verdict: { passes: false, refusals: [refusal] },
    }),
  })
  await userEvent.click(await screen.findByRole('button', { name: 'Try on a customer' }))
  expect(await screen.findByText('The fact check refuses one passage')).toBeInTheDocument()
  expect(screen.getByText('No such name.')).toBeInTheDocument()
  expect(bodiesOf('POST /api/reminder-templates/preview')).toEqual([
    {
      purpose: 'reminder',
      language: 'en',
      tone: 'friendly',
      subject: 'Subject, friendly',
      text: '{{ greeting }} friendly',
      customer_id: null,
    },
  ])
})

test('another tone shows its own text, which can be given up', async () => {
  const { asked } = open('templates', {
    'DELETE /api/reminder-templates/reminder/en/firm': answer({ ...texts[1], is_own: false, version: 0 }),
  })
  await userEvent.click(await screen.findByRole('combobox', { name: 'Tone' }))
  await userEvent.click(await screen.findByRole('option', { name: 'Firm' }))
  expect(await screen.findByLabelText('Text')).toHaveValue('{{ greeting }} firm')
  await userEvent.click(screen.getByRole('button', { name: 'Use the hub’s text' }))
  const dialog = await screen.findByRole('alertdialog')
  await userEvent.click(within(dialog).getByRole('button', { name: 'Use the hub’s text' }))
  await waitFor(() => expect(asked.some(({ request }) => request.startsWith('DELETE'))).toBe(true))
})

test('what a text may show is told in the reader’s words, and what they do not know in the hub’s', async () => {
  open('templates')
  expect(await screen.findByText('What is open in all, by currency')).toBeInTheDocument()
  expect(screen.getByText('How the weather is')).toBeInTheDocument()
  expect(screen.queryByText('What the hub says of it')).not.toBeInTheDocument()
})
