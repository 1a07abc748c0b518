'use client'

import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { Status } from './status'

interface ProvenanceProps {
  /** What was known at the end of that day went into it. */
  asOf: string
  /** The backend of the model that made it. */
  model?: string | null
  number?: number | null
  version?: string | null
}

/** Where a predicted figure comes from: day, model and version; plainly so where it is a rule and no model. */
export function Provenance({ asOf, model, number, version }: ProvenanceProps) {
  const t = useT('charts')
  const format = useFormat()
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2">
      <span>
        {model
          ? t('provenance', {
              day: format.day(asOf),
              model: [model, version].filter(Boolean).join(' '),
              number: number ?? 'none',
            })
          : t('asOf', { day: format.day(asOf) })}
      </span>
      {model && isRuleBased(model) && <Status tone="warning">{t('ruleBased')}</Status>}
    </span>
  )
}

/** Whether a backend is a rule of thumb that stands in until a model has learnt enough. */
export const isRuleBased = (model: string) => model === 'naive' || model === 'naive_risk'
