import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'
import { ConfirmProvider } from '@/components/confirm'
import type * as Nav from '@/lib/nav'
import { answer, renderPage } from '@/test/render'
import type { Accuracy, Model } from './api'
import { classifiers } from './classifier.fixtures'
import { ModelsPage } from './page'

vi.mock('@/lib/nav', async (original) => ({
  ...(await original<typeof Nav>()),
  usePathname: () => '/models/',
}))

const measured = { n: 100, mae: 8.4, brier: 0.17, coverage: 0.7, ece: 0.03 }
const champion: Model = {
  id: '018f3a52-6c1e-8d5b-9a4e-3d1c2b7f9e10',
  number: 6,
  task: 'forecast',
  backend: 'naive',
  backend_version: '1.0.0',
  feature_version: 4,
  status: 'champion',
  reason: 'Nothing else did better.',
  as_of: '2026-11-27',
  trained_at: '2026-11-27T22:37:19+00:00',
  backtest: { model: measured, customer_median: { ...measured, mae: 10 }, calibration: [], errors: [] },
  scores: null,
  data: null,
  pinned_at: null,
  bytes: 1000,
  sha256: null,
  is_kept: true,
  drift: null,
}
const challenger: Model = {
  ...champion,
  id: '018f3a52-6c1e-8d5b-9a4e-3d1c2b7f9e11',
  number: 5,
  backend: 'xgboost_hazard',
  status: 'challenger',
}
const figures = {
  n: 0,
  mae: null,
  mae_naive: null,
  bias: null,
  coverage: null,
  n_due: 0,
  brier: null,
  brier_naive: null,
  ece: null,
}
const accuracy: Accuracy = {
  since: '2025-12-01',
  horizon: 'first',
  overall: figures,
  months: [],
  segments: [],
  reliability: [],
  champion: null,
}

function open(role: string) {
  const sent: { path: string; body: unknown; key: string | null }[] = []
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const request = input as Request
    const { pathname, searchParams } = new URL(request.url)
    if (request.method === 'POST') {
      sent.push({ path: pathname, body: await request.json(), key: request.headers.get('Idempotency-Key') })
      return answer({ ...challenger, status: 'champion' })
    }
    if (pathname === '/api/accuracy') return answer(accuracy)
    if (pathname === '/api/dispute-classifiers') return answer(classifiers({ number: 0, items: [] }))
    if (pathname === '/api/models') {
      const items = searchParams.get('status') === 'champion' ? [champion] : [champion, challenger]
      return answer({ items, next_cursor: null })
    }
    return answer({
      user: { id: 'u', email: 'a@b.example', name: 'A' },
      tenant: { key: 'demo', name: 'Demo' },
      role,
      is_operator: false,
      tenants: [],
      csrf_token: 't',
      expires_at: null,
    })
  })
  renderPage(
    <ConfirmProvider>
      <ModelsPage />
    </ConfirmProvider>,
  )
  return sent
}

test('while no forecast has met its truth, the backtest stands in and says so', async () => {
  open('viewer')
  expect(await screen.findByText(/No forecast has met its truth yet/)).toBeVisible()
  expect(screen.getByRole('region', { name: 'Mean error' })).toHaveTextContent(
    "8.4 daysCustomer's median: 10 days. 16% better",
  )
  expect(screen.getByRole('region', { name: '80% range holds' })).toHaveTextContent(
    '70%Target 80%: ranges too narrow',
  )
  expect(screen.getByText('Rule-based estimate')).toBeVisible()
})

test('who may only read sees the models and no way to change them', async () => {
  open('viewer')
  const list = await screen.findByRole('region', { name: 'All models' })
  expect(await within(list).findByText('Challenger')).toBeVisible()
  expect(screen.queryByRole('button', { name: /Promote|Roll back|backtest/ })).not.toBeInTheDocument()
})

test('a promotion needs a reason, and goes out once under a key of its own', async () => {
  const sent = open('admin')
  const user = userEvent.setup()
  await user.click(await screen.findByRole('button', { name: 'Promote model 5' }))
  const dialog = await screen.findByRole('dialog')
  await user.click(within(dialog).getByRole('button', { name: 'Promote' }))
  expect(await within(dialog).findByText('Say why.')).toBeVisible()
  expect(sent).toEqual([])
  await user.type(within(dialog).getByRole('textbox', { name: 'Reason' }), 'Better on large accounts')
  await user.click(within(dialog).getByRole('button', { name: 'Promote' }))
  await waitFor(() =>
    expect(sent).toEqual([
      {
        path: `/api/models/${challenger.id}/promote`,
        body: { why: 'Better on large accounts', pin: true },
        key: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    ]),
  )
  await waitFor(() => expect(screen.queryByRole('dialog')).not.toBeInTheDocument())
})

test('the way back is asked of the task, with a reason', async () => {
  const sent = open('admin')
  const user = userEvent.setup()
  await user.click(await screen.findByRole('button', { name: 'Roll back' }))
  await user.type(await screen.findByRole('textbox', { name: 'Reason' }), 'Too early since Monday')
  await user.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Roll back' }))
  await waitFor(() =>
    expect(sent.map(({ path, body }) => [path, body])).toEqual([
      ['/api/models/rollback', { task: 'forecast', why: 'Too early since Monday' }],
    ]),
  )
})
