'use client'

import { useCallback } from 'react'
import { Status } from '@/components/status'
import { Alert, AlertDescription, AlertTitle } from '@/components/ui/alert'
import { Button } from '@/components/ui/button'
import { Card, CardContent, CardDescription, CardFooter, CardHeader, CardTitle } from '@/components/ui/card'
import { Progress } from '@/components/ui/progress'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { isOver, type Job, useJob } from '@/lib/jobs'
import { Link } from '@/lib/nav'
import { useRefresh, useRun } from '../api'
import { totalsOf } from '../progress'
import { useForecastSince } from './api'

/** An import under way and what came of it; then the forecast that follows by itself. */
export function ImportOutcome({
  jobId,
  file,
  onAgain,
}: {
  jobId: string
  file: string
  onAgain: () => void
}) {
  const t = useT('imports')
  const { percent } = useFormat()
  const refresh = useRefresh()
  const onOver = useCallback(() => void refresh(), [refresh])
  const { data: job } = useJob(jobId, onOver)
  if (!isOver(job)) {
    return (
      <Card>
        <CardHeader>
          <CardTitle>{t('outcome.importing', { file })}</CardTitle>
          <CardDescription role="status">{job?.message || t('outcome.queued')}</CardDescription>
        </CardHeader>
        <CardContent className="flex flex-col gap-1">
          <Progress
            value={job?.state === 'running' ? Math.round(job.progress * 100) : null}
            aria-label={t('outcome.importing', { file })}
          />
          <p className="text-xs text-muted-foreground">{percent(job?.progress ?? 0)}</p>
        </CardContent>
      </Card>
    )
  }
  if (job?.state !== 'done') {
    return (
      <Alert variant="destructive">
        <AlertTitle>{t('outcome.failed', { file })}</AlertTitle>
        <AlertDescription className="flex flex-col items-start gap-2">
          {job?.error?.message}
          <Button variant="outline" size="sm" onClick={onAgain}>
            {t('outcome.back')}
          </Button>
        </AlertDescription>
      </Alert>
    )
  }
  return <Imported job={job} file={file} />
}

function Imported({ job, file }: { job: Job; file: string }) {
  const t = useT('imports')
  const { number } = useFormat()
  const runId = typeof job.result?.run_id === 'string' ? job.result.run_id : null
  const { data: run } = useRun(runId)
  const totals = run && totalsOf(run.counts)
  const forecast = useForecastSince(totals && totals.inserted + totals.changed > 0 ? job.created_at : null)
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t('outcome.done', { file })}</CardTitle>
        {totals && (
          <CardDescription>
            {t('outcome.counts', {
              inserted: number(totals.inserted),
              changed: number(totals.changed),
              unchanged: number(totals.unchanged),
            })}
          </CardDescription>
        )}
      </CardHeader>
      <CardContent className="flex flex-col gap-2">
        {run && run.rejected > 0 && (
          <Status tone="warning" className="whitespace-normal">
            {t('outcome.rejected', { count: run.rejected })}
          </Status>
        )}
        {run?.reason && <p className="text-muted-foreground">{run.reason}</p>}
        {totals && totals.inserted + totals.changed === 0 ? (
          <p className="text-muted-foreground">{t('outcome.nothingNew')}</p>
        ) : (
          <p role="status">
            <ForecastState job={forecast} />
          </p>
        )}
      </CardContent>
      <CardFooter>
        <Button asChild>
          <Link href="/invoices/">{t('outcome.invoices')}</Link>
        </Button>
        {run && (
          <Button asChild variant="outline">
            <Link href={`/connections/view/?id=${run.connection_id}&run=${run.id}`}>{t('outcome.run')}</Link>
          </Button>
        )}
        {forecast?.state === 'done' && (
          <Button asChild variant="outline">
            <Link href="/forecast/">{t('outcome.forecast')}</Link>
          </Button>
        )}
      </CardFooter>
    </Card>
  )
}

function ForecastState({ job }: { job: Job | null }) {
  const t = useT('imports')
  const { percent } = useFormat()
  if (!job || job.state === 'queued') return <Status tone="neutral">{t('forecast.follows')}</Status>
  if (job.state === 'running')
    return <Status tone="accent">{t('forecast.running', { share: percent(job.progress) })}</Status>
  return job.state === 'done' ? (
    <Status tone="positive">{t('forecast.done')}</Status>
  ) : (
    <Status tone="negative">{t('forecast.failed', { reason: job.error?.message ?? '' })}</Status>
  )
}
