'use client'

import { useQueryClient } from '@tanstack/react-query'
import { DownloadIcon } from 'lucide-react'
import { toast } from '@/lib/toast'
import { useProblemText } from '@/components/problem-alert'
import { Region } from '@/components/region'
import { Status } from '@/components/status'
import { Button } from '@/components/ui/button'
import { Skeleton } from '@/components/ui/skeleton'
import { api } from '@/lib/api'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { isOver, pollEvery, trackJob } from '@/lib/jobs'

/** Asks for a copy of everything, and gives those that are there. */
export function ExportAll() {
  const t = useT('settings.privacy.export')
  const format = useFormat()
  const describe = useProblemText()
  const queryClient = useQueryClient()
  const jobs = api.useQuery(
    'get',
    '/api/jobs',
    { params: { query: { kind: 'privacy.export', limit: 5 } } },
    { refetchInterval: ({ state }) => pollEvery(state.data?.items.find((job) => !isOver(job)) ?? DONE) },
  )
  const request = api.useMutation('post', '/api/privacy/exports', {
    onSuccess: (job) => {
      trackJob(job, t('job'), '/settings/privacy/')
      void queryClient.invalidateQueries({ queryKey: ['get', '/api/jobs'] })
    },
    onError: (error) => toast.error(describe(error).title, { description: describe(error).detail }),
  })
  const isRunning = jobs.data?.items.some((job) => !isOver(job)) ?? false
  return (
    <div className="flex flex-col gap-3">
      <div>
        <Button
          variant="outline"
          disabled={request.isPending || isRunning}
          onClick={() => request.mutate({})}
        >
          {isRunning ? t('running') : t('request')}
        </Button>
      </div>
      <Region
        query={jobs}
        skeleton={<Skeleton className="h-8" />}
        isEmpty={({ items }) => items.length === 0}
        empty={<p className="text-xs text-muted-foreground">{t('none')}</p>}
      >
        {({ items }) => (
          <ul className="divide-y">
            {items.map((job) => (
              <li key={job.id} className="flex min-h-9 items-center justify-between gap-3 py-1">
                <span>{format.instant(job.created_at)}</span>
                {job.state === 'done' ? (
                  <Button asChild variant="ghost" size="sm">
                    <a href={`/api/privacy/exports/${job.id}`} download>
                      <DownloadIcon className="size-4" aria-hidden />
                      {t('download')}
                    </a>
                  </Button>
                ) : isOver(job) ? (
                  <Status tone="negative">{job.error?.message ?? t('failed')}</Status>
                ) : (
                  <Status tone="accent">{job.message || t('running')}</Status>
                )}
              </li>
            ))}
          </ul>
        )}
      </Region>
    </div>
  )
}

const DONE = { state: 'done' } as const
