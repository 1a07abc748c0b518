import { act, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Toaster } from '@/components/ui/sonner'
import { forgetJobs, type Job, pollEvery, trackJob, useTrackedJobs } from '@/lib/jobs'
import { problem, standInForHub } from '@/test/hub'
import { answer, renderPage } from '@/test/render'
import { JobTray } from './job-tray'

vi.mock('@/lib/nav', () => ({
  Link: (props: object) => <a {...props} />,
  useRouter: () => ({ push: vi.fn() }),
}))

const ID = '066b0a9c-3ce5-4b7a-ac8e-bc30e57fed9b'
const job = (different: Partial<Job> = {}) =>
  ({
    id: ID,
    kind: 'sync.run',
    state: 'running',
    progress: 0.4,
    message: '120 invoices read.',
    result: null,
    error: null,
    attempts: 1,
    created_at: new Date().toISOString(),
    finished_at: null,
    ...different,
  }) as Job

beforeEach(() => {
  sessionStorage.clear()
  forgetJobs()
})
afterEach(() => vi.unstubAllGlobals())

function open(now: () => Response) {
  const hub = standInForHub({ [`GET /api/jobs/${ID}`]: now })
  renderPage(
    <>
      <JobTray />
      <Toaster />
    </>,
  )
  return hub
}

test('nothing is followed, so nothing is shown', () => {
  open(() => answer(job()))
  expect(screen.queryByRole('button')).toBeNull()
})

test('a job is followed wherever one goes, with how far it is', async () => {
  open(() => answer(job()))
  act(() => trackJob(job(), 'Sync of Books', '/connections/view/?id=1'))
  await userEvent.click(await screen.findByRole('button', { name: '1 job under way' }))
  expect(await screen.findByText('40% · 120 invoices read.')).toBeVisible()
  expect(screen.getByRole('link', { name: 'Sync of Books' })).toHaveAttribute(
    'href',
    '/connections/view/?id=1',
  )
  expect(sessionStorage.getItem('paypredict.jobs')).toContain(ID)
})

test('a job that ends says so once, and can be removed', async () => {
  open(() =>
    answer(
      job({
        state: 'failed',
        finished_at: new Date().toISOString(),
        error: { code: 'x', message: 'No luck.', trace_id: null },
      }),
    ),
  )
  act(() => trackJob(job(), 'Sync of Books'))
  expect(await screen.findByText('Sync of Books failed')).toBeVisible()
  await userEvent.click(await screen.findByRole('button', { name: '1 job ended' }))
  const tray = await screen.findByRole('dialog', { name: 'Work under way' })
  expect(within(tray).getByText('No luck.')).toBeVisible()
  await userEvent.click(within(tray).getByRole('button', { name: 'Remove Sync of Books from the list' }))
  await waitFor(() => expect(useTrackedJobs.getState().jobs).toEqual([]))
})

test('a job of which the hub no longer knows is said to be gone', async () => {
  open(() => problem(404, 'not_found', 'There is no such job.'))
  act(() => trackJob(job(), 'Sync of Books'))
  await userEvent.click(await screen.findByRole('button', { name: /job/ }))
  expect(await screen.findByText('No longer known')).toBeVisible()
})

test('the newest eight are kept, and the same job once', () => {
  for (let number = 0; number < 12; number++) trackJob(job({ id: String(number % 10) }), `Job ${number}`)
  expect(useTrackedJobs.getState().jobs.map(({ label }) => label)).toEqual(
    [11, 10, 9, 8, 7, 6, 5, 4].map((number) => `Job ${number}`),
  )
})

test('what is over is not asked after again', () => {
  expect([pollEvery(undefined), pollEvery(job()), pollEvery(job({ state: 'done' }))]).toEqual([
    2000,
    2000,
    false,
  ])
})
