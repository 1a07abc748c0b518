'use client'

import { Facts } from '@/components/definition-list'
import { Region } from '@/components/region'
import { Status } from '@/components/status'
import { Alert, AlertDescription } from '@/components/ui/alert'
import { Sheet, SheetContent, SheetHeader, SheetTitle } from '@/components/ui/sheet'
import { Skeleton } from '@/components/ui/skeleton'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '@/components/ui/table'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { cn } from '@/lib/cn'
import { type RunDetail, useRejects, useRun } from './api'
import { secondsOf } from './progress'
import { RUN_TONES, useNames } from './words'

/** One run: what it read and changed, what it could not use and why, and its log. */
export function RunSheet({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useT('connections')
  const query = useRun(id)
  return (
    <Sheet open onOpenChange={(open) => !open && onClose()}>
      <SheetContent aria-describedby={undefined} className="w-[min(44rem,100vw)]">
        <SheetHeader>
          <SheetTitle>{query.data ? t(`kind.${query.data.kind}`) : t('run.one')}</SheetTitle>
        </SheetHeader>
        <Region query={query} skeleton={<Skeleton className="h-96" />}>
          {(run) => <RunContent run={run} />}
        </Region>
      </SheetContent>
    </Sheet>
  )
}

function RunContent({ run }: { run: RunDetail }) {
  const t = useT('connections')
  const { instant, number } = useFormat()
  const warnings = run.warnings.filter((warning) => !run.reason?.includes(warning))
  return (
    <div className="flex flex-col gap-6">
      <Facts
        items={[
          {
            label: t('run.outcome'),
            value: <Status tone={RUN_TONES[run.status]}>{t(`run.status.${run.status}`)}</Status>,
          },
          { label: t('run.began'), value: instant(run.started_at) },
          ...(run.finished_at
            ? [{ label: t('run.took'), value: t('progress.time', { seconds: secondsOf(run, 0) }) }]
            : []),
          { label: t('run.calls'), value: number(run.calls) },
        ]}
      />
      {run.reason && (
        <Alert variant={run.status === 'failed' ? 'destructive' : 'warning'}>
          <AlertDescription>{run.reason}</AlertDescription>
        </Alert>
      )}
      {warnings.length > 0 && (
        <section className="flex flex-col gap-2">
          <h3 className="font-semibold">{t('run.warnings')}</h3>
          <ul className="list-disc space-y-1 pl-4 text-muted-foreground">
            {warnings.map((warning) => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        </section>
      )}
      <Changes run={run} />
      {run.rejected > 0 && <Rejects run={run} />}
      <Log run={run} />
    </div>
  )
}

function Changes({ run }: { run: RunDetail }) {
  const t = useT('connections')
  const { number } = useFormat()
  const { entity } = useNames()
  const rows = Object.entries(run.counts as Record<string, Record<string, number>>)
  if (rows.length === 0) return <p className="text-muted-foreground">{t('run.nothing')}</p>
  const columns = ['inserted', 'changed', 'deleted', 'unchanged'] as const
  return (
    <section className="flex flex-col gap-2">
      <h3 className="font-semibold">{t('run.changes')}</h3>
      <div className="overflow-hidden rounded-lg border">
        <Table label={t('run.changes')}>
          <TableHeader>
            <TableRow>
              <TableHead>{t('run.records')}</TableHead>
              {columns.map((each) => (
                <TableHead key={each} className="text-right">
                  {t(`run.what.${each}`)}
                </TableHead>
              ))}
            </TableRow>
          </TableHeader>
          <TableBody>
            {rows.map(([name, counts]) => (
              <TableRow key={name}>
                <TableHead scope="row" className="text-sm font-normal text-foreground first-letter:uppercase">
                  {entity(name)}
                </TableHead>
                {columns.map((each) => (
                  <TableCell
                    key={each}
                    className={cn('text-right', !counts[each] && 'text-muted-foreground')}
                  >
                    {number(counts[each] ?? 0)}
                  </TableCell>
                ))}
              </TableRow>
            ))}
          </TableBody>
        </Table>
      </div>
    </section>
  )
}

function Rejects({ run }: { run: RunDetail }) {
  const t = useT('connections')
  const { number } = useFormat()
  const { stream } = useNames()
  const query = useRejects(run.id, true)
  return (
    <section className="flex flex-col gap-2">
      <h3 className="font-semibold">{t('rejects.title', { count: run.rejected })}</h3>
      <p className="text-muted-foreground">{t('rejects.help')}</p>
      <Region
        query={query}
        skeleton={<Skeleton className="h-40" />}
        isEmpty={({ items }) => items.length === 0}
        empty={<p>{t('rejects.gone')}</p>}
      >
        {({ items }) => (
          <ul className="flex flex-col divide-y rounded-lg border">
            {items.map((reject, index) => (
              <li key={index} className="flex flex-col gap-1 p-3">
                <p className="wrap-anywhere">{reject.reason}</p>
                <p className="text-xs text-muted-foreground">
                  {[
                    stream(reject.stream),
                    reject.line !== null && t('rejects.line', { line: number(reject.line) }),
                    reject.field !== null && t('rejects.field', { field: reject.field }),
                    reject.value !== null && t('rejects.value', { value: reject.value }),
                    reject.expected !== null && t('rejects.expected', { expected: reject.expected }),
                  ]
                    .filter(Boolean)
                    .join(' · ')}
                </p>
                {reject.raw && (
                  <details>
                    <summary className="cursor-pointer text-xs text-primary">{t('rejects.raw')}</summary>
                    <pre
                      tabIndex={0}
                      className="mt-1 max-h-64 overflow-auto rounded-md bg-muted p-2 font-mono text-xs wrap-anywhere whitespace-pre-wrap"
                    >
                      {pretty(reject.raw)}
                    </pre>
                  </details>
                )}
              </li>
            ))}
          </ul>
        )}
      </Region>
    </section>
  )
}

function Log({ run }: { run: RunDetail }) {
  const t = useT('connections')
  const { instant } = useFormat()
  if (run.log.length === 0) return null
  return (
    <section className="flex flex-col gap-2">
      <h3 className="font-semibold">{t('run.log')}</h3>
      <ol className="flex flex-col gap-1.5">
        {run.log.map((line, index) => (
          <li key={index} className="grid grid-cols-[auto_minmax(0,1fr)] gap-3 text-xs">
            <time dateTime={line.at} title={instant(line.at)} className="font-mono text-muted-foreground">
              {new Date(line.at).toISOString().slice(11, 19)}
            </time>
            <span
              className={cn(
                'wrap-anywhere',
                line.level === 'warning' && 'text-warning',
                line.level === 'error' && 'text-negative',
                line.level === 'request' && 'font-mono text-muted-foreground',
              )}
            >
              {line.text}
            </span>
          </li>
        ))}
      </ol>
    </section>
  )
}

/** An item as it came, indented where it is JSON. */
function pretty(raw: string): string {
  try {
    return JSON.stringify(JSON.parse(raw), null, 2)
  } catch {
    return raw
  }
}
