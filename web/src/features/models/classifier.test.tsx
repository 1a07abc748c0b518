import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { ConfirmProvider } from '@/components/confirm'
import { problem, session, standInForHub } from '@/test/hub'
import { answer, renderPage } from '@/test/render'
import { DisputeClassifier } from './classifier'
import type { Classifiers } from './classifier-api'
import { classifiers as found } from './classifier.fixtures'

vi.mock('next/navigation', () => ({ useRouter: () => ({ push: vi.fn() }), usePathname: () => '/models/' }))
afterEach(() => {
  vi.unstubAllGlobals()
  sessionStorage.clear()
})

function open(
  shown: Classifiers,
  answers: Parameters<typeof standInForHub>[0] = {},
  role: 'admin' | 'viewer' = 'admin',
) {
  const hub = standInForHub({
    'GET /api/session': answer(session({ role })),
    'GET /api/dispute-classifiers': answer(shown),
    ...answers,
  })
  renderPage(
    <ConfirmProvider>
      <DisputeClassifier />
    </ConfirmProvider>,
  )
  return hub
}

test('a version says how it did beside the one before it', async () => {
  open(found())
  const row = await screen.findByRole('row', { name: /Model 3/ })
  expect(row).toHaveTextContent('90%, was 80%')
  expect(row).toHaveTextContent('0.410, was 0.530')
  expect(screen.getAllByRole('listitem').map((each) => each.textContent)).toEqual(['Price 12', 'Tax error 3'])
})

test('what is missing to learn is said, and nothing can be asked for', async () => {
  open(
    found({
      number: 0,
      labels: 12,
      can_learn: false,
      reason: '12 disputes have a class; 40 are needed.',
      items: [],
    }),
  )
  expect(await screen.findByText('12 disputes have a class; 40 are needed.')).toBeInTheDocument()
  expect(screen.getByText(/as it comes/)).toBeInTheDocument()
  expect(screen.getByRole('progressbar', { name: 'Labels' })).toBeInTheDocument()
  expect(await screen.findByRole('button', { name: 'Learn now' })).toBeDisabled()
})

test('learning is asked for, and followed as a job', async () => {
  const job = { id: 'j1', created_at: '2026-11-28T08:00:00+00:00', state: 'queued' }
  open(found(), { 'POST /api/dispute-classifiers/train': answer(job, 202) })
  await userEvent.click(await screen.findByRole('button', { name: 'Learn now' }))
  await waitFor(() => expect(sessionStorage.getItem('paypredict.jobs')).toContain('j1'))
})

test('only what was in use can be gone back to, after a question', async () => {
  const { bodiesOf } = open(found(), {
    'POST /api/dispute-classifiers/rollback': answer(found({ number: 1 })),
  })
  await userEvent.click(await screen.findByRole('button', { name: 'Roll back to model 1' }))
  expect(screen.queryByRole('button', { name: 'Roll back to model 2' })).toBeNull()
  const question = await screen.findByRole('alertdialog')
  await userEvent.click(within(question).getByRole('button', { name: 'Roll back' }))
  await waitFor(() => expect(bodiesOf('POST /api/dispute-classifiers/rollback')).toEqual([{ number: 1 }]))
})

test('the classifier as it comes can be gone back to', async () => {
  const { bodiesOf } = open(found(), {
    'POST /api/dispute-classifiers/rollback': answer(found({ number: 0 })),
  })
  await userEvent.click(await screen.findByRole('button', { name: 'Read with the classifier as it comes' }))
  const question = await screen.findByRole('alertdialog')
  await userEvent.click(within(question).getByRole('button', { name: 'Roll back' }))
  await waitFor(() => expect(bodiesOf('POST /api/dispute-classifiers/rollback')).toEqual([{ number: 0 }]))
})

test('who only reads can ask for nothing', async () => {
  open(found(), {}, 'viewer')
  await screen.findByRole('row', { name: /Model 3/ })
  expect(screen.queryByRole('button')).toBeNull()
})

test('a failure stays beside the rest of the page', async () => {
  open(found(), { 'GET /api/dispute-classifiers': problem(400, 'broken', 'It broke.') })
  expect(await screen.findByText('It broke.')).toBeInTheDocument()
})
