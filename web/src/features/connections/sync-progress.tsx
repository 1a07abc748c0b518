'use client'

import { CheckIcon } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Status } from '@/components/status'
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from '@/components/ui/card'
import { Progress } from '@/components/ui/progress'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { isOver, useJob } from '@/lib/jobs'
import { type RunDetail, useRun } from './api'
import { ratePerMinute, secondsOf, streamsOf, totalsOf } from './progress'
import { useNames } from './words'

/** A run under way: how far it and each of its streams is, how fast, and what it does just now. */
export function SyncProgress({ runId }: { runId: string }) {
  const t = useT('connections')
  const { data: run } = useRun(runId)
  const { data: job } = useJob(run?.work_id)
  if (!run) return null
  const share = job && !isOver(job) ? job.progress : null
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t(`kind.${run.kind}`)}</CardTitle>
        <CardDescription role="status">
          {run.status === 'waiting' ? (
            <Status tone="warning" className="whitespace-normal">
              {run.reason ?? t('run.status.waiting')}
            </Status>
          ) : (
            job?.message || t('progress.begins')
          )}
        </CardDescription>
      </CardHeader>
      <CardContent className="flex flex-col gap-4">
        <Overall run={run} share={share} />
        <Streams run={run} />
      </CardContent>
    </Card>
  )
}

function Overall({ run, share }: { run: RunDetail; share: number | null }) {
  const t = useT('connections')
  const { number, percent } = useFormat()
  const now = useNow()
  const items = streamsOf(run).reduce((sum, each) => sum + each.items, 0)
  const rate = ratePerMinute(items, run.started_at, now)
  const written = totalsOf(run.counts)
  const said = [
    share !== null && percent(share),
    t('progress.items', { count: items }),
    rate !== null && t('progress.rate', { count: rate }),
    t('progress.written', { count: written.inserted + written.changed + written.deleted }),
    run.rejected > 0 && t('facts.rejected', { count: run.rejected }),
    t('progress.time', { seconds: secondsOf(run, now) }),
    run.calls > 0 && t('progress.calls', { calls: number(run.calls), count: run.calls }),
  ]
  return (
    <div className="flex flex-col gap-2">
      <Progress value={share === null ? null : Math.round(share * 100)} aria-label={t('progress.label')} />
      <p className="text-xs text-muted-foreground">{said.filter(Boolean).join(' · ')}</p>
    </div>
  )
}

function Streams({ run }: { run: RunDetail }) {
  const t = useT('connections')
  const { number, percent } = useFormat()
  const { stream: nameOf } = useNames()
  return (
    <ul className="grid gap-x-6 gap-y-2 sm:grid-cols-2 xl:grid-cols-3">
      {streamsOf(run).map(({ stream, items, state, share }) => (
        <li key={stream} className="flex flex-col gap-1">
          <div className="flex items-baseline justify-between gap-2">
            <span className={state === 'waiting' ? 'text-muted-foreground' : 'font-medium'}>
              {nameOf(stream)}
            </span>
            <span className="flex items-center gap-1 text-xs text-muted-foreground">
              {state === 'done' && <CheckIcon aria-hidden className="size-3.5 text-positive" />}
              {state === 'waiting' ? t('progress.waits') : number(items)}
              {state === 'reading' && share !== null && ` · ${percent(share)}`}
              {state === 'done' && <span className="sr-only">{t('progress.done')}</span>}
            </span>
          </div>
          <Progress
            value={
              state === 'waiting'
                ? 0
                : state === 'done'
                  ? 100
                  : share === null
                    ? null
                    : Math.round(share * 100)
            }
            aria-label={nameOf(stream)}
          />
        </li>
      ))}
    </ul>
  )
}

/** The time, each second. */
function useNow(): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000)
    return () => clearInterval(timer)
  }, [])
  return now
}
