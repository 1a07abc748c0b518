'use client'

import { parseAsString, useQueryState } from 'nuqs'
import { ChartSkeleton } from '@/components/charts/chart-frame'
import { FirstRun } from '@/components/first-run'
import { Page } from '@/components/page'
import { Provenance } from '@/components/provenance'
import { Region } from '@/components/region'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { Skeleton } from '@/components/ui/skeleton'
import { useT } from '@/lib/i18n'
import { Aging } from './aging'
import { type CurrencyOverview, type Overview as OverviewDocument, useOverview } from './api'
import { NeedsAttention } from './attention'
import { CashOutlook } from './cash-outlook'
import { CollectFirst } from './collect-first'
import { DsoTrend } from './dso-trend'
import { FirstSteps } from './first-steps'
import { Kpis } from './kpis'
import { chooseCurrency, isNew } from './shape'
import { Freshness } from './freshness'

/** The first page: what is owed, what is late, what will come in and whom to turn to. */
export function Overview() {
  const t = useT('overview')
  const query = useOverview()
  const [wanted, setWanted] = useQueryState('currency', parseAsString)
  const chosen = query.data && chooseCurrency(query.data, wanted)
  return (
    <Page
      title={t('title')}
      subtitle={query.data?.forecast && <ForecastOf overview={query.data} />}
      actions={
        query.data && query.data.currencies.length > 1 && chosen ? (
          <CurrencyChoice
            currencies={query.data.currencies.map((each) => each.currency)}
            value={chosen.currency}
            onChange={(currency) => void setWanted(currency)}
          />
        ) : null
      }
    >
      <Region query={query} skeleton={<OverviewSkeleton />}>
        {(overview) =>
          isNew(overview) || !chosen ? (
            <FirstSteps overview={overview} />
          ) : (
            <Figures overview={overview} chosen={chosen} />
          )
        }
      </Region>
    </Page>
  )
}

function Figures({ overview, chosen }: { overview: OverviewDocument; chosen: CurrencyOverview }) {
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <FirstRun hasForecast={overview.progress.has_forecast} />
      <Freshness overview={overview} />
      <Kpis overview={overview} chosen={chosen} />
      <div className="grid min-w-0 gap-4 lg:grid-cols-3">
        <CashOutlook overview={overview} chosen={chosen} className="lg:col-span-2" />
        <Aging chosen={chosen} asOf={overview.as_of} />
      </div>
      <div className="grid min-w-0 gap-4 lg:grid-cols-3">
        <CollectFirst overview={overview} className="lg:col-span-2" />
        <DsoTrend chosen={chosen} />
      </div>
      <NeedsAttention attention={overview.attention} alarms={overview.forecast?.alarms ?? []} />
    </div>
  )
}

function ForecastOf({ overview }: { overview: OverviewDocument }) {
  const { forecast } = overview
  if (!forecast) return null
  return (
    <Provenance
      asOf={forecast.as_of}
      model={forecast.model}
      number={forecast.model_number}
      version={forecast.model_version}
    />
  )
}

function CurrencyChoice({
  currencies,
  value,
  onChange,
}: {
  currencies: string[]
  value: string
  onChange: (currency: string) => void
}) {
  const t = useT('overview')
  return (
    <Select value={value} onValueChange={onChange}>
      <SelectTrigger aria-label={t('currency')} className="w-24">
        <SelectValue />
      </SelectTrigger>
      <SelectContent>
        {currencies.map((currency) => (
          <SelectItem key={currency} value={currency}>
            {currency}
          </SelectItem>
        ))}
      </SelectContent>
    </Select>
  )
}

function OverviewSkeleton() {
  return (
    <div className="flex flex-col gap-4">
      <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
        {[1, 2, 3, 4].map((each) => (
          <Skeleton key={each} className="h-29 rounded-lg" />
        ))}
      </div>
      <div className="grid gap-4 lg:grid-cols-3">
        <ChartSkeleton className="lg:col-span-2" />
        <ChartSkeleton />
      </div>
      <div className="grid gap-4 lg:grid-cols-3">
        <ChartSkeleton className="lg:col-span-2" />
        <ChartSkeleton />
      </div>
    </div>
  )
}
