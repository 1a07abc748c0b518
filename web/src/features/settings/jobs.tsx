'use client'

import { keepPreviousData } from '@tanstack/react-query'
import { parseAsStringLiteral } from 'nuqs'
import { useMemo, useState } from 'react'
import { columnsOf, DataTable, type ListQuery, useDataTable, useList } from '@/components/data-table'
import { Empty } from '@/components/empty'
import { Facts } from '@/components/definition-list'
import { Page } from '@/components/page'
import { Status, type Tone } from '@/components/status'
import { Button } from '@/components/ui/button'
import { Progress } from '@/components/ui/progress'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { Sheet, SheetContent, SheetDescription, SheetHeader, SheetTitle } from '@/components/ui/sheet'
import { api } from '@/lib/api'
import { Ago, NONE, useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { isOver, type Job, pollEvery } from '@/lib/jobs'

const STATES = ['queued', 'running', 'done', 'failed', 'dead'] as const
const TONES: Record<(typeof STATES)[number], Tone> = {
  queued: 'neutral',
  running: 'accent',
  done: 'positive',
  failed: 'negative',
  dead: 'negative',
}
/** Idle lists are asked for again in the pace of the live events' fallback (milliseconds). */
const IDLE_POLL = 30_000
const columns = columnsOf<Job>()
const FILTERS = { state: parseAsStringLiteral(STATES) }
const SORTS = ['-created_at']

/** Work under way and how it ended, newest first. */
export function Jobs() {
  const t = useT('settings.jobs')
  const common = useT('common')
  const { filters, setFilters, list } = useList({
    filters: FILTERS,
    sorts: SORTS,
    defaultSort: '-created_at',
  })
  const [limit, setLimit] = useState(50)
  const [opened, setOpened] = useState<string | null>(null)
  const jobs = api.useQuery(
    'get',
    '/api/jobs',
    { params: { query: { limit, ...(filters.state ? { state: filters.state } : {}) } } },
    {
      placeholderData: keepPreviousData,
      refetchInterval: ({ state }) => {
        const running = state.data?.items.find((job) => !isOver(job))
        return running ? pollEvery(running) : IDLE_POLL
      },
    },
  )
  const items = jobs.data?.items
  const query = { ...jobs, data: items && { items, next_cursor: null } } as ListQuery<Job>
  const job = items?.find(({ id }) => id === opened)

  // Made anew, the cells would lose what is open in them.
  const shownColumns = useMemo(
    () =>
      columns.columns([
        columns.accessor('kind', {
          meta: { label: t('kind'), stack: 'title' },
          cell: ({ row: { original } }) => (
            <button
              type="button"
              data-row-link
              className="text-left font-medium hover:underline"
              onClick={() => setOpened(original.id)}
            >
              <KindName kind={original.kind} />
            </button>
          ),
        }),
        columns.accessor('state', {
          meta: { label: t('state'), stack: 'aside' },
          cell: ({ getValue }) => <Status tone={TONES[getValue()]}>{t(`states.${getValue()}`)}</Status>,
        }),
        columns.display({
          id: 'progress',
          meta: { label: t('outcome'), grow: true },
          cell: ({ row: { original } }) => <Outcome job={original} />,
        }),
        columns.accessor('created_at', {
          meta: { label: t('asked') },
          cell: ({ getValue }) => <Ago at={getValue()} />,
        }),
        columns.display({
          id: 'took',
          meta: { label: t('took'), align: 'end', stack: 'hide' },
          cell: ({ row: { original } }) => <Took job={original} />,
        }),
      ]),
    [t],
  )
  const table = useDataTable<Job>({
    name: 'jobs',
    rows: items,
    rowId: (row) => row.id,
    columns: shownColumns,
  })

  return (
    <Page
      title={t('title')}
      subtitle={t('subtitle')}
      filters={
        <Select
          value={filters.state ?? 'any'}
          onValueChange={(state) =>
            setFilters({ state: state === 'any' ? null : (state as (typeof STATES)[number]) })
          }
        >
          <SelectTrigger className="w-44" aria-label={t('state')}>
            <SelectValue />
          </SelectTrigger>
          <SelectContent>
            <SelectItem value="any">{t('any')}</SelectItem>
            {STATES.map((state) => (
              <SelectItem key={state} value={state}>
                {t(`states.${state}`)}
              </SelectItem>
            ))}
          </SelectContent>
        </Select>
      }
    >
      <DataTable
        table={table}
        caption={t('title')}
        query={query}
        list={list}
        rowLabel={(row) => row.kind}
        onPeek={(row) => setOpened(row.id)}
        empty={
          <Empty
            title={filters.state ? t('noneSuch') : t('none')}
            action={
              filters.state && (
                <Button variant="outline" onClick={() => setFilters(null)}>
                  {common('actions.clearFilters')}
                </Button>
              )
            }
          />
        }
      />
      {items?.length === limit && limit < 200 && (
        <Button variant="outline" className="self-center" onClick={() => setLimit(200)}>
          {t('more')}
        </Button>
      )}
      <Sheet open={job !== undefined} onOpenChange={(open) => !open && setOpened(null)}>
        {job && (
          <SheetContent>
            <Details job={job} />
          </SheetContent>
        )}
      </Sheet>
    </Page>
  )
}

/** What a kind of job does, where there are words for it. */
function KindName({ kind }: { kind: string }) {
  const t = useT('settings.jobs')
  const key = `kinds.${kind.replaceAll('.', '_')}`
  return t.has(key as never) ? t(key as never) : <code className="font-mono text-xs">{kind}</code>
}

function Outcome({ job }: { job: Job }) {
  const t = useT('settings.jobs')
  if (job.error && job.state !== 'done')
    return <span className="block max-w-md truncate text-muted-foreground">{job.error.message}</span>
  if (job.state === 'running')
    return (
      <span className="flex items-center gap-2">
        <Progress value={job.progress * 100} className="w-24" aria-label={t('progress')} />
        <span className="truncate text-muted-foreground">{job.message}</span>
      </span>
    )
  return <span className="block max-w-md truncate text-muted-foreground">{job.message || NONE}</span>
}

function Took({ job }: { job: Job }) {
  const format = useFormat()
  if (!job.started_at || !job.finished_at) return <span className="text-muted-foreground">{NONE}</span>
  const seconds = (Date.parse(job.finished_at) - Date.parse(job.started_at)) / 1000
  return <>{format.number(seconds, seconds < 10 ? 1 : 0)} s</>
}

function Details({ job }: { job: Job }) {
  const t = useT('settings.jobs')
  const format = useFormat()
  return (
    <>
      <SheetHeader>
        <SheetTitle>
          <KindName kind={job.kind} />
        </SheetTitle>
        <SheetDescription>
          <code className="font-mono text-xs">{job.kind}</code>
        </SheetDescription>
      </SheetHeader>
      <div className="flex flex-col gap-4 overflow-y-auto">
        <Facts
          items={[
            { label: t('state'), value: <Status tone={TONES[job.state]}>{t(`states.${job.state}`)}</Status> },
            { label: t('attempts'), value: t('attemptsOf', { done: job.attempts, most: job.max_attempts }) },
            { label: t('asked'), value: format.instant(job.created_at) },
            { label: t('started'), value: format.instant(job.started_at) },
            { label: t('finished'), value: format.instant(job.finished_at) },
            ...(job.state === 'queued' ? [{ label: t('notBefore'), value: format.instant(job.run_at) }] : []),
            ...(job.message ? [{ label: t('message'), value: job.message }] : []),
            { label: t('id'), value: <code className="font-mono text-xs">{job.id}</code> },
          ]}
        />
        {job.error && (
          <div>
            <h3 className="mb-1 font-medium">{t('why')}</h3>
            <p className="wrap-anywhere">{job.error.message}</p>
            <p className="mt-1 text-xs text-muted-foreground">
              <code className="font-mono">{job.error.code}</code>
              {job.error.trace_id && (
                <>
                  {' · '}
                  {t('trace')} <code className="font-mono">{job.error.trace_id}</code>
                </>
              )}
            </p>
          </div>
        )}
        {job.result && (
          <div>
            <h3 className="mb-1 font-medium">{t('result')}</h3>
            <pre className="overflow-x-auto rounded-md bg-muted p-3 font-mono text-xs" tabIndex={0}>
              {JSON.stringify(job.result, null, 2)}
            </pre>
          </div>
        )}
      </div>
    </>
  )
}
