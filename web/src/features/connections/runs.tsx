'use client'

import { useQueryState } from 'nuqs'
import { useEffect } from 'react'
import { Empty } from '@/components/empty'
import { Region } from '@/components/region'
import { Status } from '@/components/status'
import { Label } from '@/components/ui/label'
import { Skeleton } from '@/components/ui/skeleton'
import { Switch } from '@/components/ui/switch'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '@/components/ui/table'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { type Run, useRuns } from './api'
import { secondsOf, totalsOf } from './progress'
import { RunSheet } from './run-sheet'
import { RUN_TONES } from './words'

/** Whether a run brought anything, or anything is wrong with it: most of a day's runs find nothing new. */
export const isNotable = (run: Run) =>
  run.changed > 0 || run.rejected > 0 || run.status !== 'ok' || run.kind !== 'increment'

/** A connection's runs, newest first; the one in the address's `run` is open beside them. `newest` is one there is. */
export function Runs({ connectionId, newest }: { connectionId: string; newest: string | null }) {
  const t = useT('connections')
  const query = useRuns(connectionId)
  const { refetch, data } = query
  const isBehind = newest !== null && data !== undefined && !data.items.some(({ id }) => id === newest)
  useEffect(() => {
    if (isBehind) void refetch()
  }, [isBehind, refetch])
  const [shown, setShown] = useQueryState('runs')
  const [open, setOpen] = useQueryState('run', { history: 'push' })
  const showsAll = shown === 'all'
  return (
    <>
      <Region
        query={query}
        skeleton={<Skeleton className="h-72" />}
        isEmpty={({ items }) => items.length === 0}
        empty={<Empty title={t('run.none')} />}
      >
        {({ items }) => {
          const notable = items.filter(isNotable)
          const rows = showsAll ? items : notable
          return (
            <div className="flex flex-col gap-3">
              {items.length > notable.length && (
                <div className="flex items-center gap-2">
                  <Switch
                    id="all-runs"
                    checked={showsAll}
                    onCheckedChange={(checked) => void setShown(checked ? 'all' : null)}
                  />
                  <Label htmlFor="all-runs" className="font-normal">
                    {t('run.showAll', { count: items.length - notable.length })}
                  </Label>
                </div>
              )}
              {rows.length === 0 ? (
                <Empty title={t('run.noneNotable')} />
              ) : (
                <RunTable runs={rows} onOpen={(id) => void setOpen(id)} />
              )}
            </div>
          )
        }}
      </Region>
      {open && <RunSheet id={open} onClose={() => void setOpen(null)} />}
    </>
  )
}

function RunTable({ runs, onOpen }: { runs: Run[]; onOpen: (id: string) => void }) {
  const t = useT('connections')
  const { number, instant } = useFormat()
  return (
    <div className="overflow-hidden rounded-lg border bg-card">
      <Table label={t('run.title')}>
        <caption className="sr-only">{t('run.title')}</caption>
        <TableHeader>
          <TableRow>
            <TableHead>{t('run.began')}</TableHead>
            <TableHead className="max-sm:hidden">{t('run.kind')}</TableHead>
            <TableHead>{t('run.outcome')}</TableHead>
            <TableHead className="text-right">{t('run.new')}</TableHead>
            <TableHead className="text-right max-sm:hidden">{t('run.changed')}</TableHead>
            <TableHead className="text-right max-md:hidden">{t('run.deleted')}</TableHead>
            <TableHead className="text-right">{t('run.rejected')}</TableHead>
            <TableHead className="text-right max-md:hidden">{t('run.took')}</TableHead>
          </TableRow>
        </TableHeader>
        <TableBody>
          {runs.map((run) => {
            const totals = totalsOf(run.counts)
            return (
              <TableRow key={run.id}>
                <TableCell className="whitespace-nowrap">
                  <button
                    type="button"
                    className="font-medium underline-offset-4 hover:underline"
                    onClick={() => onOpen(run.id)}
                  >
                    {instant(run.started_at)}
                  </button>
                </TableCell>
                <TableCell className="max-sm:hidden">{t(`kind.${run.kind}`)}</TableCell>
                <TableCell>
                  <Status tone={RUN_TONES[run.status]}>{t(`run.status.${run.status}`)}</Status>
                </TableCell>
                <TableCell className="text-right">{number(totals.inserted)}</TableCell>
                <TableCell className="text-right max-sm:hidden">{number(totals.changed)}</TableCell>
                <TableCell className="text-right max-md:hidden">{number(totals.deleted)}</TableCell>
                <TableCell className="text-right">{number(run.rejected)}</TableCell>
                <TableCell className="text-right whitespace-nowrap max-md:hidden">
                  {run.finished_at ? t('progress.time', { seconds: secondsOf(run, 0) }) : '…'}
                </TableCell>
              </TableRow>
            )
          })}
        </TableBody>
      </Table>
    </div>
  )
}
