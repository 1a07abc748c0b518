'use client'

import { useQueryClient } from '@tanstack/react-query'
import { ListChecks, X } from 'lucide-react'
import { useCallback, useEffect, useState } from 'react'
import { toast } from '@/lib/toast'
import { Status } from '@/components/status'
import { Button } from '@/components/ui/button'
import { Popover, PopoverContent, PopoverTrigger } from '@/components/ui/popover'
import { Progress } from '@/components/ui/progress'
import { Ago, useFormat } from '@/lib/format'
import { cn } from '@/lib/cn'
import { useT } from '@/lib/i18n'
import { isOver, type Job, type TrackedJob, useJob, useTrackedJobs } from '@/lib/jobs'
import { Link, useRouter } from '@/lib/nav'
import { Problem } from '@/lib/problem'

const JOB_PATH = '/api/jobs/{job_id}'
const TOLD_WITHIN_MS = 60_000

/** The jobs that somebody in this tab waits for: how far each is, and how it ended. Nothing where there is none. */
export function JobTray() {
  const t = useT('jobs')
  const jobs = useTrackedJobs((state) => state.jobs)
  const [over, setOver] = useState<ReadonlySet<string>>(new Set())
  const onOver = useCallback((id: string) => setOver((held) => new Set([...held, id])), [])
  if (jobs.length === 0) return null
  const running = jobs.filter(({ id }) => !over.has(id)).length
  return (
    <>
      {jobs.map((job) => (
        <Follower key={job.id} tracked={job} onOver={onOver} />
      ))}
      <Popover>
        <PopoverTrigger asChild>
          <Button variant="ghost" size="sm" aria-label={t('open', { running, count: jobs.length })}>
            <ListChecks aria-hidden className={cn('size-4', running > 0 && 'text-primary')} />
            <span>{running || jobs.length}</span>
          </Button>
        </PopoverTrigger>
        <PopoverContent align="end" aria-label={t('title')} className="w-88 max-w-[calc(100vw-1rem)] p-0">
          <h2 className="border-b px-4 py-3 text-sm font-semibold">{t('title')}</h2>
          <ul className="max-h-96 divide-y overflow-y-auto">
            {jobs.map((job) => (
              <TrackedJobRow key={job.id} tracked={job} />
            ))}
          </ul>
        </PopoverContent>
      </Popover>
    </>
  )
}

/** Follows one job while the tray is closed, too; when it ends, says so and has all read anew that it may have changed. */
function Follower({ tracked, onOver }: { tracked: TrackedJob; onOver: (id: string) => void }) {
  const t = useT('jobs')
  const router = useRouter()
  const queries = useQueryClient()
  const { id, label, href } = tracked
  const onEnd = useCallback(
    (job: Job) => {
      onOver(id)
      void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[1] !== JOB_PATH })
      // Of what ended long before this tab was loaded again, nobody needs to be told.
      if (job.finished_at && Date.now() - Date.parse(job.finished_at) > TOLD_WITHIN_MS) return
      const action = href ? { action: { label: t('show'), onClick: () => router.push(href) } } : {}
      if (job.state === 'done') toast.success(t('toast.done', { label }), action)
      else toast.error(t('toast.failed', { label }), { description: job.error?.message, ...action })
    },
    [href, id, label, onOver, queries, router, t],
  )
  const { error } = useJob(id, onEnd)
  const isGone = isMissing(error)
  useEffect(() => {
    if (isGone) onOver(id)
  }, [id, isGone, onOver])
  return null
}

function TrackedJobRow({ tracked }: { tracked: TrackedJob }) {
  const t = useT('jobs')
  const forget = useTrackedJobs((state) => state.forget)
  const { id, label, href, since } = tracked
  const { data: job, error } = useJob(id)
  const isGone = isMissing(error)
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
          <p className="text-xs text-muted-foreground">
            <Ago at={since} />
          </p>
        </div>
        {(isOver(job) || isGone) && (
          <Button variant="ghost" size="icon" aria-label={t('forget', { label })} onClick={() => forget(id)}>
            <X aria-hidden className="size-4" />
          </Button>
        )}
      </div>
      {isGone ? <Status tone="neutral">{t('state.gone')}</Status> : <JobState job={job} label={label} />}
    </li>
  )
}

const isMissing = (error: unknown) => error instanceof Problem && error.status === 404

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
