'use client'

import { useQueryClient } from '@tanstack/react-query'
import { ListChecks, X } from 'lucide-react'
import { useCallback, useState } from 'react'
import { toast } from 'sonner'
import { Status } from '@/components/status'
import { Button } from '@/components/ui/button'
import { Popover, PopoverContent, PopoverTrigger } from '@/components/ui/popover'
import { Progress } from '@/components/ui/progress'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { isOver, type Job, type TrackedJob, useJob, useTrackedJobs } from '@/lib/jobs'
import { Link, useRouter } from '@/lib/nav'
import { Problem } from '@/lib/problem'

/** The jobs that somebody in this tab waits for: how far each is, and how it ended. Nothing where there is none. */
export function JobTray() {
  const t = useT('jobs')
  const jobs = useTrackedJobs((state) => state.jobs)
  const [states, setStates] = useState<Record<string, boolean>>({})
  const note = useCallback(
    (id: string, over: boolean) => setStates((held) => (held[id] === over ? held : { ...held, [id]: over })),
    [],
  )
  if (jobs.length === 0) return null
  const running = jobs.filter(({ id }) => !states[id]).length
  return (
    <Popover>
      <PopoverTrigger asChild>
        <Button variant="ghost" size="sm" aria-label={t('open', { running, count: jobs.length })}>
          <ListChecks aria-hidden className={running ? 'text-primary' : undefined} />
          <span className="tabular-nums">{running || jobs.length}</span>
        </Button>
      </PopoverTrigger>
      {/* Kept in place while closed, since what is in it follows the jobs and tells how they ended. */}
      <PopoverContent
        forceMount
        align="end"
        className="w-88 max-w-[calc(100vw-2rem)] p-0 data-[state=closed]:hidden"
      >
        <h2 className="border-b px-4 py-3 text-sm font-semibold">{t('title')}</h2>
        <ul className="max-h-96 divide-y overflow-y-auto">
          {jobs.map((job) => (
            <TrackedJobRow key={job.id} tracked={job} onState={note} />
          ))}
        </ul>
      </PopoverContent>
    </Popover>
  )
}

/** One job of the tray. It says by a toast how the job ended, and has everything read anew that it may have changed. */
export function TrackedJobRow({
  tracked,
  onState,
}: {
  tracked: TrackedJob
  onState: (id: string, over: boolean) => void
}) {
  const t = useT('jobs')
  const { ago } = useFormat()
  const router = useRouter()
  const queries = useQueryClient()
  const forget = useTrackedJobs((state) => state.forget)
  const { id, label, href } = tracked

  const onOver = useCallback(
    (job: Job) => {
      onState(id, true)
      void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[1] !== '/api/jobs/{job_id}' })
      // Of what ended long before this tab was loaded again, nobody needs to be told.
      if (job.finished_at && Date.now() - Date.parse(job.finished_at) > 60_000) return
      const action = href ? { action: { label: t('show'), onClick: () => router.push(href) } } : {}
      if (job.state === 'done') toast.success(t('toast.done', { label }), action)
      else toast.error(t('toast.failed', { label }), { description: job.error?.message, ...action })
    },
    [href, id, label, onState, queries, router, t],
  )
  const { data: job, error } = useJob(id, onOver)
  const isGone = error instanceof Problem && error.status === 404
  const over = isOver(job) || isGone
  return (
    <li className="grid gap-2 px-4 py-3">
      <div className="flex items-start justify-between gap-2">
        <div className="min-w-0">
          {href ? (
            <Link href={href} className="font-medium underline-offset-4 hover:underline">
              {label}
            </Link>
          ) : (
            <span className="font-medium">{label}</span>
          )}
          <p className="text-xs text-muted-foreground">{ago(tracked.since)}</p>
        </div>
        {over ? (
          <Button variant="ghost" size="icon" aria-label={t('forget', { label })} onClick={() => forget(id)}>
            <X aria-hidden />
          </Button>
        ) : null}
      </div>
      {isGone ? <Status tone="neutral">{t('state.gone')}</Status> : <JobState job={job} label={label} />}
    </li>
  )
}

/** How far a job is, or how it ended, with what it says. */
export function JobState({ job, label }: { job: Job | undefined; label: string }) {
  const t = useT('jobs')
  const { percent } = useFormat()
  if (!job || job.state === 'queued')
    return <Status tone="neutral">{t(job?.attempts ? 'state.again' : 'state.queued')}</Status>
  if (job.state === 'running')
    return (
      <div className="grid gap-1">
        <Progress value={Math.round(job.progress * 100)} aria-label={label} />
        <p className="text-xs text-muted-foreground">
          {percent(job.progress)} · {job.message ?? t('state.running')}
        </p>
      </div>
    )
  if (job.state === 'done') return <Status tone="positive">{t('state.done')}</Status>
  return (
    <div className="grid gap-1">
      <Status tone="negative">{t('state.failed')}</Status>
      {job.error ? <p className="text-xs wrap-anywhere text-muted-foreground">{job.error.message}</p> : null}
    </div>
  )
}
