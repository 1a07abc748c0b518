'use client'

import { ChartFrame, ChartSkeleton } from '@/components/charts/chart-frame'
import { ProbabilityCurve } from '@/components/charts/probability-curve'
import { Provenance } from '@/components/provenance'
import { Region } from '@/components/region'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { daysBetween } from '@/lib/today'
import { type Curve, type Invoice, type Prediction, usePredictionCurve } from './api'
import { READ_OUT, readOut } from './curve'

/** How likely the invoice is paid by each day to come. */
export function ForecastCard({ invoice, prediction }: { invoice: Invoice; prediction: Prediction }) {
  const curve = usePredictionCurve(invoice.id, true)
  return (
    <Region query={curve} skeleton={<ChartSkeleton height="page" />}>
      {(found) => <Drawn curve={found} prediction={prediction} />}
    </Region>
  )
}

function Drawn({ curve, prediction }: { curve: Curve; prediction: Prediction }) {
  const t = useT('invoices')
  const format = useFormat()
  const last = curve.points.at(-1)?.on ?? curve.as_of
  const markers = [
    { on: prediction.due_on, label: t('curve.due') },
    { on: prediction.p50_on, label: t('curve.median') },
  ].filter(({ on }) => on > curve.as_of && on <= last)
  const range = `${format.day(prediction.p10_on)} – ${format.day(prediction.p90_on)}`
  return (
    <ChartFrame
      height="page"
      title={t('curve.title')}
      asOf={<Provenance asOf={curve.as_of} model={curve.model} number={curve.model_number} />}
      summary={t('curve.summary', { day: format.day(prediction.expected_on), range })}
      tableColumns={[
        { label: t('curve.day'), text: (row) => format.day(row.on), value: (row) => row.on },
        {
          label: t('curve.days'),
          numeric: true,
          text: (row) => format.number(daysBetween(curve.as_of, row.on)),
          value: (row) => daysBetween(curve.as_of, row.on),
        },
        {
          label: t('curve.paid'),
          numeric: true,
          text: (row) => format.probability(row.p_paid),
          value: (row) => row.p_paid,
        },
      ]}
      tableRows={curve.points}
      fileName={`forecast-${prediction.number}`}
    >
      <div className="flex h-full flex-col gap-3">
        <div className="min-h-0 flex-1">
          <ProbabilityCurve
            label={t('curve.title')}
            points={curve.points.map(({ on, p_paid: p }) => ({ on, p }))}
            markers={markers}
          />
        </div>
        <dl className="grid grid-cols-5 gap-2 border-t pt-2 text-center">
          {READ_OUT.map((days) => (
            <div key={days} className="flex min-w-0 flex-col-reverse">
              <dt className="truncate text-xs text-muted-foreground">{t('curve.within', { days })}</dt>
              <dd className="font-medium text-primary">{format.probability(readOut(curve.points, days))}</dd>
            </div>
          ))}
        </dl>
      </div>
    </ChartFrame>
  )
}
