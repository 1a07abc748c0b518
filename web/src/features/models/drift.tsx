'use client'

import { Status } from '@/components/status'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import type { Model } from './api'
import { shiftOf } from './quality'

/** How many inputs are shown of those that moved furthest. */
const SHOWN = 6

/** Whether the model in charge still sees what it learnt from, and does as its backtest promised. */
export function Drift({ model }: { model: Model }) {
  const t = useT('models')
  const format = useFormat()
  const alarms = model.drift?.alarms ?? []
  const inputs = shiftOf(model)
  return (
    <section aria-labelledby="drift" className="flex min-w-0 flex-col gap-3 rounded-lg border bg-card p-4">
      <div className="flex min-h-7 flex-wrap items-center gap-3">
        <h2 id="drift" className="text-sm font-semibold">
          {t('drift.title')}
        </h2>
        <Status tone={!model.drift ? 'neutral' : alarms.length ? 'warning' : 'positive'}>
          {!model.drift
            ? t('drift.unknown')
            : alarms.length
              ? t('drift.alarms', { count: alarms.length })
              : t('drift.none')}
        </Status>
      </div>
      {alarms.length > 0 && (
        <ul className="list-disc pl-5">
          {alarms.map((alarm) => (
            <li key={alarm}>{alarm}</li>
          ))}
        </ul>
      )}
      {inputs && (
        <ul className="grid gap-x-8 gap-y-2 sm:grid-cols-2 lg:grid-cols-3">
          {inputs.slice(0, SHOWN).map(({ feature, index, isShifted }) => (
            <li key={feature} className="flex items-baseline justify-between gap-3 border-b pb-1">
              <span className="truncate font-mono text-xs">{feature}</span>
              <span className="flex items-center gap-3">
                {isShifted && <Status tone="warning">{t('drift.shifted')}</Status>}
                {format.number(index, 2)}
              </span>
            </li>
          ))}
        </ul>
      )}
      <p className="text-xs text-muted-foreground">
        {model.drift ? t('drift.measured', { at: format.instant(model.drift.measured_at) }) : t('drift.when')}
      </p>
    </section>
  )
}
