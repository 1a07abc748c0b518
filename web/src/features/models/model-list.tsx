'use client'

import { useState } from 'react'
import { Empty } from '@/components/empty'
import { Region } from '@/components/region'
import { Status, type Tone } from '@/components/status'
import { Button } from '@/components/ui/button'
import { Skeleton } from '@/components/ui/skeleton'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '@/components/ui/table'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { useCan } from '@/lib/session'
import { type Model, useModels } from './api'
import { PromoteDialog } from './change-dialogs'
import { ModelSheet } from './model-sheet'
import { backtestOf } from './quality'

const TONES: Record<Model['status'], Tone> = {
  champion: 'accent',
  challenger: 'neutral',
  retired: 'neutral',
  rejected: 'warning',
  failed: 'negative',
}

/** All models trained so far, the newest first. */
export function ModelList() {
  const t = useT('models')
  // Cursors of the pages that led here, so that there is a way back.
  const [trail, setTrail] = useState<string[]>([])
  const [shown, setShown] = useState<string | null>(null)
  const query = useModels(trail.at(-1) ?? null)
  return (
    <div className="min-w-0 rounded-lg border bg-card py-4">
      <h2 className="flex min-h-8 items-center px-4 text-sm font-semibold">{t('list.title')}</h2>
      <Region
        query={query}
        skeleton={<Skeleton className="mx-4 h-64" />}
        isEmpty={({ items }) => items.length === 0}
        empty={<Empty title={t('none.title')} />}
      >
        {({ items, next_cursor: next }) => (
          <>
            <Models models={items} onShow={setShown} />
            {(trail.length > 0 || next) && (
              <div className="flex justify-end gap-2 px-4 pt-3">
                <Button
                  variant="outline"
                  size="sm"
                  disabled={trail.length === 0}
                  onClick={() => setTrail(trail.slice(0, -1))}
                >
                  {t('list.newer')}
                </Button>
                <Button
                  variant="outline"
                  size="sm"
                  disabled={!next}
                  onClick={() => next && setTrail([...trail, next])}
                >
                  {t('list.older')}
                </Button>
              </div>
            )}
          </>
        )}
      </Region>
      <ModelSheet id={shown} onClose={() => setShown(null)} />
    </div>
  )
}

function Models({ models, onShow }: { models: Model[]; onShow: (id: string) => void }) {
  const t = useT('models')
  const format = useFormat()
  const canPromote = useCan('promoteModel')
  return (
    <Table label={t('list.title')}>
      <TableHeader>
        <TableRow>
          <TableHead>{t('list.model')}</TableHead>
          <TableHead>{t('list.task')}</TableHead>
          <TableHead>{t('list.status')}</TableHead>
          <TableHead>{t('fact.trained')}</TableHead>
          <TableHead className="text-right">{t('list.data')}</TableHead>
          <TableHead className="text-right">{t('list.error')}</TableHead>
          {canPromote && (
            <TableHead>
              <span className="sr-only">{t('list.actions')}</span>
            </TableHead>
          )}
        </TableRow>
      </TableHeader>
      <TableBody>
        {models.map((model) => (
          <TableRow key={model.id}>
            <TableCell>
              <Button variant="link" className="h-auto p-0" onClick={() => onShow(model.id)}>
                {t('number', { number: model.number })}
              </Button>
              <span className="ml-2 font-mono text-xs whitespace-nowrap">
                {model.backend} {model.backend_version}
              </span>
            </TableCell>
            <TableCell>{t(`task.${model.task}`)}</TableCell>
            <TableCell>
              <Status tone={TONES[model.status]}>{t(`status.${model.status}`)}</Status>
            </TableCell>
            <TableCell className="whitespace-nowrap">{format.instant(model.trained_at)}</TableCell>
            <TableCell className="text-right">{format.number(model.data?.invoices)}</TableCell>
            <TableCell className="text-right whitespace-nowrap">
              <ErrorOf model={model} />
            </TableCell>
            {canPromote && (
              <TableCell className="text-right">
                {model.status !== 'champion' && model.status !== 'failed' && model.is_kept && (
                  <PromoteDialog model={model} />
                )}
              </TableCell>
            )}
          </TableRow>
        ))}
      </TableBody>
    </Table>
  )
}

/** The one figure that models of a task are compared by. */
function ErrorOf({ model }: { model: Model }) {
  const t = useT('models')
  const format = useFormat()
  if (model.task === 'risk') {
    const loss = model.scores?.[model.backend]?.log_loss
    return loss == null ? <>–</> : <>{t('list.logLoss', { value: format.fixed(loss, 3) })}</>
  }
  const mae = backtestOf(model)?.mae
  return mae == null ? <>–</> : <>{t('list.mae', { value: format.days(mae, 1) })}</>
}
