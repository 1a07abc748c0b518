'use client'

import { Loader } from 'lucide-react'
import { useState } from 'react'
import { toast } from '@/lib/toast'
import { useProblemText } from '@/components/problem-alert'
import { Button } from '@/components/ui/button'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { isOver, trackJob, useJob } from '@/lib/jobs'
import { useCan } from '@/lib/session'
import { useForecastChanged, useRequestForecast } from './api'

/** Has every open invoice forecast anew, and shows how far that is. */
export function RunForecast() {
  const t = useT('forecast')
  const format = useFormat()
  const saySo = useProblemText()
  const canRun = useCan('requestForecast')
  const changed = useForecastChanged()
  const [jobId, setJobId] = useState<string | null>(null)
  const request = useRequestForecast()
  const { data: job } = useJob(jobId, changed)
  if (!canRun) return null
  const isRunning = request.isPending || (jobId !== null && !isOver(job))
  const run = () =>
    request.mutate(
      { body: { train: false }, params: { header: { 'Idempotency-Key': crypto.randomUUID() } } },
      {
        onSuccess: (accepted) => {
          trackJob(accepted, t('run.label'), '/forecast/')
          setJobId(accepted.id)
        },
        onError: (error) => {
          const { title, detail } = saySo(error)
          toast.error(title, { description: detail })
        },
      },
    )
  return (
    <Button variant="outline" onClick={run} disabled={isRunning}>
      {isRunning && <Loader className="size-4 animate-spin motion-reduce:animate-none" aria-hidden />}
      {isRunning && job?.progress
        ? t('run.progress', { share: format.percent(job.progress) })
        : t('run.action')}
    </Button>
  )
}
