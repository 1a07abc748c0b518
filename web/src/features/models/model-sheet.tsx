'use client'

import { z } from 'zod'
import { FigureTable } from '@/components/charts/chart-table'
import { Facts } from '@/components/definition-list'
import { Region } from '@/components/region'
import { Sheet, SheetContent, SheetDescription, SheetHeader, SheetTitle } from '@/components/ui/sheet'
import { Skeleton } from '@/components/ui/skeleton'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { type ModelDetail, useModel } from './api'

/** A model's whole record: what it learnt from, how it compared, and what it followed. */
export function ModelSheet({ id, onClose }: { id: string | null; onClose: () => void }) {
  const t = useT('models')
  const query = useModel(id)
  return (
    <Sheet open={id !== null} onOpenChange={(isOpen) => !isOpen && onClose()}>
      <SheetContent className="overflow-y-auto sm:max-w-xl">
        <SheetHeader>
          <SheetTitle>
            {query.data ? t('number', { number: query.data.number }) : t('sheet.title')}
          </SheetTitle>
          <SheetDescription>{query.data ? t(`task.${query.data.task}`) : t('sheet.title')}</SheetDescription>
        </SheetHeader>
        <div className="px-4 pb-6">
          <Region query={query} skeleton={<Skeleton className="h-96" />}>
            {(model) => <Record model={model} />}
          </Region>
        </div>
      </SheetContent>
    </Sheet>
  )
}

function Record({ model }: { model: ModelDetail }) {
  const t = useT('models')
  const format = useFormat()
  const entrants = entrantsOf(model)
  return (
    <div className="flex flex-col gap-5">
      <Facts
        items={[
          { label: t('fact.model'), value: `${model.backend} ${model.backend_version}` },
          { label: t('list.status'), value: t(`status.${model.status}`) },
          { label: t('fact.why'), value: model.reason },
          { label: t('fact.trained'), value: format.instant(model.trained_at) },
          { label: t('fact.asOf'), value: format.day(model.as_of) },
          ...(model.data
            ? [
                {
                  label: t('fact.data'),
                  value: t('data', {
                    range: format.range(model.data.first, model.data.last),
                    invoices: model.data.invoices,
                    payments: model.data.payments,
                  }),
                },
              ]
            : []),
          { label: t('sheet.features'), value: format.number(model.feature_version) },
          {
            label: t('sheet.file'),
            value: model.is_kept
              ? t(`sheet.kept.${model.kept_in === 'store' ? 'store' : 'database'}`)
              : t('sheet.gone'),
          },
          ...(model.sha256
            ? [{ label: 'SHA-256', value: <code className="font-mono text-xs">{model.sha256}</code> }]
            : []),
        ]}
      />
      {entrants.length > 0 && (
        <section aria-labelledby="contest">
          <h3 id="contest" className="mb-1 text-sm font-semibold">
            {t('sheet.contest')}
          </h3>
          <FigureTable
            title={t('sheet.contest')}
            columns={[
              { label: t('fact.model'), text: (each) => each.backend },
              { label: t('column.mae'), numeric: true, text: (each) => format.fixed(each.mae, 2) },
              { label: t('sheet.loss'), numeric: true, text: (each) => format.fixed(each.loss, 3) },
            ]}
            rows={entrants}
          />
        </section>
      )}
      {model.changes.length > 0 && (
        <section aria-labelledby="changes">
          <h3 id="changes" className="mb-1 text-sm font-semibold">
            {t('sheet.changes')}
          </h3>
          <ol className="divide-y">
            {model.changes.map((change) => (
              <li key={`${change.at} ${change.kind}`} className="py-2">
                <p className="text-xs text-muted-foreground">
                  {format.instant(change.at)} · {t(`sheet.change.${changeKind(change.kind)}`)}
                </p>
                <p>{change.why}</p>
              </li>
            ))}
          </ol>
        </section>
      )}
    </div>
  )
}

const CHANGES = ['trained', 'promoted', 'rolled_back', 'released', 'replaced', 'fell_back'] as const
const changeKind = (kind: string) => CHANGES.find((each) => each === kind) ?? 'other'

const contest = z.object({
  entrants: z.array(z.object({ backend: z.string(), mae: z.number().nullish(), loss: z.number().nullish() })),
})

const entrantsOf = (model: ModelDetail) => contest.safeParse(model.contest).data?.entrants ?? []
