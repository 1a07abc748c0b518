import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { ConfirmProvider } from '@/components/confirm'
import type { Job } from '@/lib/jobs'
import { useTrackedJobs } from '@/lib/jobs'
import { session, standInForHub } from '@/test/hub'
import { answer, renderPage } from '@/test/render'
import { Privacy } from './privacy'
import type { Period } from './retention-api'

vi.mock('@/lib/nav', () => ({
  usePathname: () => '/settings/privacy/',
  useRouter: () => ({ push: () => undefined }),
}))
afterEach(() => vi.unstubAllGlobals())

const EMAIL = 'jo@customer.example'
const job = (different: Partial<Job> = {}): Job => ({
  id: '318f3a52-6c1e-8d5b-9a4e-3d1c2b7f9e10',
  kind: 'privacy.export',
  state: 'done',
  progress: 1,
  message: '',
  result: null,
  error: null,
  attempts: 1,
  max_attempts: 5,
  run_at: '2026-03-01T09:00:00+00:00',
  created_at: '2026-03-01T09:00:00+00:00',
  started_at: '2026-03-01T09:00:00+00:00',
  finished_at: '2026-03-01T09:00:10+00:00',
  ...different,
})
const periods: Period[] = [
  { kind: 'jobs', about: '', days: 30, default_days: 30, least: 1, most: 30 },
  { kind: 'audit', about: '', days: 3000, default_days: 2557, least: 365, most: 3653 },
]
const kept = (version: number, shown = periods) => answer({ periods: shown }, 200, { ETag: `"${version}-0"` })

function open(answers: Parameters<typeof standInForHub>[0] = {}) {
  const hub = standInForHub({
    'GET /api/session': answer(session()),
    'GET /api/jobs': answer({ items: [] }),
    'GET /api/privacy/retention': kept(7),
    ...answers,
  })
  renderPage(
    <ConfirmProvider>
      <Privacy />
    </ConfirmProvider>,
  )
  return hub
}

test('an export is asked for, followed in the tray, and downloaded', async () => {
  open({
    'GET /api/jobs': answer({ items: [job()] }),
    'POST /api/privacy/exports': answer(job({ id: 'new', state: 'queued', finished_at: null }), 202),
  })
  const file = await screen.findByRole('link', { name: 'Download' })
  expect(file).toHaveAttribute('href', `/api/privacy/exports/${job().id}`)
  await userEvent.click(screen.getByRole('button', { name: 'Request an export' }))
  await waitFor(() => expect(useTrackedJobs.getState().jobs[0]?.label).toBe('Export of everything'))
})

test('a person is erased only after what is held was shown and the address typed', async () => {
  const hub = open({
    'POST /api/privacy/contacts/preview': answer({ customers: 1, names: ['Jo'], places: { customers: 2 } }),
    'POST /api/privacy/contacts/erasure': answer({
      pseudonym: 'erased-1a2b',
      include_name: false,
      reason: 'Request 7',
      customers: 1,
      places: { customers: 2 },
      erased_at: '2026-03-01T09:00:00+00:00',
    }),
  })
  const user = userEvent.setup()
  await user.type(await screen.findByLabelText('Their email address'), EMAIL)
  await user.click(screen.getByRole('button', { name: 'Look' }))
  expect(await screen.findByText(`What is held of ${EMAIL}`)).toBeVisible()
  await user.click(screen.getByRole('button', { name: 'Erase for good' }))
  expect(await screen.findByText('A reason is needed.')).toBeVisible()
  await user.type(screen.getByLabelText('Why it is erased'), 'Request 7')
  await user.click(screen.getByRole('button', { name: 'Erase for good' }))
  const question = await screen.findByRole('alertdialog', { name: `Erase ${EMAIL} for good?` })
  expect(question).toHaveTextContent('1 customer and 2 mentions')
  const erase = within(question).getByRole('button', { name: 'Erase for good' })
  expect(erase).toBeDisabled()
  await user.type(within(question).getByRole('textbox'), EMAIL)
  await user.click(erase)
  expect(await screen.findByText('erased-1a2b')).toBeVisible()
  expect(hub.bodiesOf('POST /api/privacy/contacts/erasure')).toEqual([
    { email: EMAIL, reason: 'Request 7', include_name: false },
  ])
})

test('of whom nothing is held there is nothing to erase', async () => {
  open({
    'POST /api/privacy/contacts/preview': answer({ customers: 0, names: [], places: { customers: 0 } }),
  })
  const user = userEvent.setup()
  await user.type(await screen.findByLabelText('Their email address'), EMAIL)
  await user.click(screen.getByRole('button', { name: 'Look' }))
  expect(await screen.findByText(`Nothing is held of ${EMAIL}.`)).toBeVisible()
  expect(screen.queryByRole('button', { name: 'Erase for good' })).not.toBeInTheDocument()
})

test('keeping something for a shorter time asks first; only what was chosen is sent', async () => {
  const hub = open({ 'PUT /api/privacy/retention': kept(8) })
  const user = userEvent.setup()
  const days = await screen.findByLabelText('Finished jobs')
  await user.clear(days)
  await user.type(days, '31')
  await user.click(screen.getByRole('button', { name: 'Save' }))
  expect(await screen.findByText('From 1 to 30 days.')).toBeVisible()
  await user.clear(days)
  await user.type(days, '7')
  await user.click(screen.getByRole('button', { name: 'Save' }))
  const question = await screen.findByRole('alertdialog', { name: 'Keep it for a shorter time?' })
  expect(question).toHaveTextContent('Finished jobs')
  await user.click(within(question).getByRole('button', { name: 'Keep it shorter' }))
  await waitFor(() =>
    expect(hub.bodiesOf('PUT /api/privacy/retention')).toEqual([{ periods: { jobs: 7, audit: 3000 } }]),
  )
  const put = hub.asked.find(({ request }) => request === 'PUT /api/privacy/retention')!
  expect(put.headers.get('If-Match')).toBe('"7-0"')
})
