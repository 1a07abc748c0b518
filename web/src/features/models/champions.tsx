'use client'

import { Facts } from '@/components/definition-list'
import { isRuleBased } from '@/components/provenance'
import { Status } from '@/components/status'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { useCan } from '@/lib/session'
import type { Model } from './api'
import { RollBackDialog } from './change-dialogs'
import { useModelActions } from './model-actions'

/** The model in charge of each task, and what can be done about it. */
export function Champions({ models }: { models: Model[] }) {
  const inOrder = [...models].sort((a, b) => a.task.localeCompare(b.task))
  return (
    <div className="grid min-w-0 gap-4 lg:grid-cols-2">
      {inOrder.map((model) => (
        <Champion key={model.id} model={model} />
      ))}
    </div>
  )
}

function Champion({ model }: { model: Model }) {
  const t = useT('models')
  const format = useFormat()
  const canManage = useCan('rollBackModel')
  const canTry = useCan('backtestModel')
  const { release, backtest, isBusy } = useModelActions(model)
  const titleId = `champion-${model.task}`
  return (
    <section aria-labelledby={titleId} className="flex min-w-0 flex-col gap-3 rounded-lg border bg-card p-4">
      <div className="flex min-h-7 flex-wrap items-center gap-2">
        <h2 id={titleId} className="text-sm font-semibold">
          {t(`task.${model.task}`)}
        </h2>
        {isRuleBased(model.backend) && <Status tone="warning">{t('ruleBased')}</Status>}
        {model.pinned_at && <Badge>{t('pinned', { day: format.instant(model.pinned_at) })}</Badge>}
      </div>
      <Facts
        items={[
          {
            label: t('fact.model'),
            value: (
              <span>
                <span className="font-mono text-xs">{model.backend}</span> {model.backend_version}
                <span className="text-muted-foreground"> · {t('number', { number: model.number })}</span>
              </span>
            ),
          },
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
          { label: t('fact.why'), value: model.reason },
        ]}
      />
      {model.scores && <RiskScores model={model} />}
      <div className="mt-auto flex flex-wrap gap-2">
        {canManage && <RollBackDialog task={model.task} />}
        {canManage && model.pinned_at && (
          <Button variant="outline" size="sm" disabled={isBusy} onClick={release}>
            {t('release.action')}
          </Button>
        )}
        {canTry && model.task === 'forecast' && (
          <Button variant="outline" size="sm" disabled={isBusy} onClick={backtest}>
            {t('backtest.action')}
          </Button>
        )}
      </div>
    </section>
  )
}

/** The contest of risk models in short: each with its errors on answers not seen. */
function RiskScores({ model }: { model: Model }) {
  const t = useT('models')
  const format = useFormat()
  const rows = Object.entries(model.scores ?? {}).sort(
    ([, a], [, b]) => (a.log_loss ?? 9) - (b.log_loss ?? 9),
  )
  return (
    <div role="region" aria-label={t('scores.title')} tabIndex={0} className="overflow-x-auto">
      <table className="w-full text-sm">
        <caption className="sr-only">{t('scores.title')}</caption>
        <thead>
          <tr className="border-b text-xs text-muted-foreground">
            <th scope="col" className="h-8 text-left font-medium">
              {t('fact.model')}
            </th>
            {(['logLoss', 'brier', 'auc'] as const).map((name) => (
              <th key={name} scope="col" className="h-8 pl-3 text-right font-medium">
                {t(`scores.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([backend, each]) => (
            <tr key={backend} className="border-b last:border-0">
              <th scope="row" className="h-8 text-left font-mono text-xs font-normal">
                {backend}
                {backend === model.backend && (
                  <span className="ml-2 font-sans text-primary">{t('inUse')}</span>
                )}
              </th>
              <td className="pl-3 text-right">{format.fixed(each.log_loss, 3)}</td>
              <td className="pl-3 text-right">{format.fixed(each.brier, 3)}</td>
              <td className="pl-3 text-right">{format.fixed(each.auc, 3)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
