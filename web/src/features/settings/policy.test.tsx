import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { ConfirmProvider } from '@/components/confirm'
import { problem, session, standInForHub } from '@/test/hub'
import { answer, renderPage } from '@/test/render'
import { DisputePolicy } from './policy'
import type { Policy } from './policy-api'

vi.mock('next/navigation', () => ({
  useRouter: () => ({ push: vi.fn() }),
  usePathname: () => '/settings/dispute-policy/',
}))
afterEach(() => vi.unstubAllGlobals())

const policy = (number: number, different: Partial<Policy> = {}): Policy => ({
  number,
  yaml: `version: ${number}\n`,
  document: { version: number },
  note: number ? 'Waive freight up to 80.' : null,
  created_by: number ? 'Ada' : null,
  created_at: number ? '2026-11-20T08:00:00+00:00' : null,
  ...different,
})

function open(
  answers: Parameters<typeof standInForHub>[0] = {},
  role: 'admin' | 'member' | 'viewer' = 'admin',
) {
  const hub = standInForHub({
    'GET /api/session': answer(session({ role })),
    'GET /api/dispute-policy': answer(policy(4)),
    'GET /api/dispute-policy/versions': answer({ items: [policy(4), policy(3), policy(0)] }),
    ...answers,
  })
  renderPage(
    <ConfirmProvider>
      <DisputePolicy />
    </ConfirmProvider>,
  )
  return hub
}
const editor = () => screen.findByLabelText('Policy as YAML')
/** As a paste, since braces mean keys where they are typed. */
async function enter(text: string) {
  const field = await editor()
  await userEvent.clear(field)
  await userEvent.click(field)
  await userEvent.paste(text)
}

test('a policy is stored against the version that was read', async () => {
  const { asked } = open({ 'PUT /api/dispute-policy': answer(policy(5)) })
  expect(await editor()).toHaveValue('version: 4\n')
  expect(screen.getByRole('button', { name: 'Save policy' })).toBeDisabled()
  await enter('version: {a: 1}')
  await userEvent.type(screen.getByLabelText(/Note/), 'Less for freight.')
  await userEvent.click(screen.getByRole('button', { name: 'Save policy' }))
  await waitFor(() => {
    const sent = asked.find(({ request }) => request === 'PUT /api/dispute-policy')
    expect([sent?.headers.get('If-Match'), sent?.body]).toEqual([
      '"4"',
      { yaml: 'version: {a: 1}', note: 'Less for freight.' },
    ])
  })
})

test('each thing that is wrong with it is said with its place', async () => {
  open({
    'PUT /api/dispute-policy': problem(422, 'invalid', 'The policy has faults.', [
      { field: 'rules.3.action', message: 'Not one of the actions.' },
      { field: 'approval', message: 'Missing.' },
    ]),
  })
  await enter('version: 1')
  await userEvent.click(screen.getByRole('button', { name: 'Save policy' }))
  const alert = await screen.findByText(/Not one of the actions/)
  expect(alert).toHaveTextContent('rules.3.action: Not one of the actions.')
  expect(screen.getByText(/Missing/)).toHaveTextContent('approval: Missing.')
  expect(await editor()).toHaveAttribute('aria-invalid', 'true')
})

test('it is tried on the company’s own disputes, and nothing is stored', async () => {
  const decision = {
    action: 'credit',
    amount: '80.0000',
    currency: 'EUR',
    rule: 'freight_small',
    approve: 'member',
  }
  const tried = {
    count: 12,
    differing: 1,
    is_cut: false,
    policy_number: 4,
    items: [
      {
        id: 'd1',
        number: 7,
        code: 'freight_charge',
        differs: true,
        today: { ...decision, action: 'refuse', amount: null, currency: null, rule: 'freight_by_terms' },
        tried: decision,
      },
      { id: 'd2', number: 8, code: 'pricing', differs: false, today: decision, tried: decision },
    ],
  }
  const { bodiesOf } = open({ 'POST /api/dispute-policy/try': answer(tried) }, 'member')
  await editor()
  await userEvent.click(await screen.findByRole('button', { name: 'Try on your disputes' }))
  expect(
    await screen.findByText('12 disputes of the last 90 days were tried; 1 would get another suggestion.'),
  ).toBeInTheDocument()
  const table = screen.getByRole('table', { name: 'What would change' })
  expect(within(table).getAllByRole('row')).toHaveLength(2)
  expect(within(table).getByRole('row', { name: /D-7/ })).toHaveTextContent(
    'Refusefreight_by_terms · A memberCredit€80.00freight_small · A member',
  )
  expect(bodiesOf('POST /api/dispute-policy/try')).toEqual([{ yaml: 'version: 4\n', days: 90 }])
  expect(screen.queryByRole('button', { name: 'Save policy' })).toBeNull()
})

test('an earlier one is opened to begin from, and taken back after a question', async () => {
  const { bodiesOf } = open({ 'POST /api/dispute-policy/rollback': answer(policy(5)) })
  await editor()
  await userEvent.click(await screen.findByRole('button', { name: 'Open Policy 3 in the editor' }))
  await waitFor(async () => expect(await editor()).toHaveValue('version: 3\n'))
  await userEvent.click(screen.getByRole('button', { name: 'Roll back to Shipped policy' }))
  const question = await screen.findByRole('alertdialog', { name: 'Roll back to Shipped policy?' })
  await userEvent.click(within(question).getByRole('button', { name: 'Roll back' }))
  await waitFor(() => expect(bodiesOf('POST /api/dispute-policy/rollback')).toEqual([{ number: 0 }]))
})

test('what somebody else has stored meanwhile is said', async () => {
  open({ 'PUT /api/dispute-policy': problem(412, 'precondition', 'It is at 5.') })
  await enter('version: 1')
  await userEvent.click(screen.getByRole('button', { name: 'Save policy' }))
  expect(await screen.findByText(/Somebody else changed this/)).toBeInTheDocument()
})

test('who only reads stores nothing', async () => {
  open({}, 'viewer')
  await editor()
  expect(screen.queryByRole('button', { name: 'Save policy' })).toBeNull()
  expect(screen.queryByRole('button', { name: /Roll back/ })).toBeNull()
})
