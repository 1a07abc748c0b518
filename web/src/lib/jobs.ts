'use client'

import { useEffect, useRef } from 'react'
import { create } from 'zustand'
import { createJSONStorage, persist } from 'zustand/middleware'
import { api } from './api'
import type { components } from './schema'

export type Job = components['schemas']['Job']

/** A job that somebody in this tab waits for. */
export interface TrackedJob {
  id: string
  /** What it is, in the words of the person who asked for it: "Sync of Demo books". */
  label: string
  /** Where its outcome is to be seen. */
  href?: string
  /** When it was asked for, as an RFC 3339 instant. */
  since: string
}

interface TrackedJobs {
  jobs: TrackedJob[]
  track: (job: TrackedJob) => void
  forget: (id: string) => void
  forgetAll: () => void
}

/** How many are kept; the oldest makes place for the next. */
const KEPT = 8
const POLL_MS = 2_000
const POLL_HIDDEN_MS = 10_000

/** The jobs that this tab follows; they are still there after a reload, and end with the tab. */
export const useTrackedJobs = create<TrackedJobs>()(
  persist(
    (set) => ({
      jobs: [],
      track: (job) =>
        set(({ jobs }) => ({ jobs: [job, ...jobs.filter(({ id }) => id !== job.id)].slice(0, KEPT) })),
      forget: (id) => set(({ jobs }) => ({ jobs: jobs.filter((job) => job.id !== id) })),
      forgetAll: () => set({ jobs: [] }),
    }),
    { name: 'paypredict.jobs', storage: createJSONStorage(() => sessionStorage) },
  ),
)

/** Put a job into the header's tray, which follows it and says how it ended. */
export function trackJob(job: Pick<Job, 'id' | 'created_at'>, label: string, href?: string): void {
  useTrackedJobs.getState().track({ id: job.id, label, since: job.created_at, ...(href ? { href } : {}) })
}

/** Forget what was followed: the next person in this tab, or the next tenant, has other jobs. */
export function forgetJobs(): void {
  useTrackedJobs.getState().forgetAll()
}

/** Whether nothing more comes of it. */
export function isOver(job: Pick<Job, 'state'> | undefined): boolean {
  return job !== undefined && ['done', 'failed', 'dead'].includes(job.state)
}

/** How long until a job is asked after again; false once it is over. A tab that nobody looks at asks less often. */
export function pollEvery(job: Pick<Job, 'state'> | undefined): number | false {
  if (isOver(job)) return false
  return typeof document !== 'undefined' && document.hidden ? POLL_HIDDEN_MS : POLL_MS
}

/** A job as it is now, asked after until it is over. `onOver` is called once, when it ends before one's eyes. */
export function useJob(id: string | null | undefined, onOver?: (job: Job) => void) {
  const query = api.useQuery(
    'get',
    '/api/jobs/{job_id}',
    { params: { path: { job_id: id ?? '' } } },
    {
      enabled: Boolean(id),
      staleTime: 0,
      refetchInterval: ({ state }) =>
        state.error ? POLL_HIDDEN_MS : pollEvery(state.data as Job | undefined),
      refetchIntervalInBackground: true,
    },
  )
  const told = useRef<string | null>(null)
  const job = query.data
  useEffect(() => {
    if (!job || !isOver(job) || told.current === job.id) return
    told.current = job.id
    onOver?.(job)
  }, [job, onOver])
  return query
}
