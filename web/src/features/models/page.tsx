'use client'

import { parseAsNumberLiteral, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { ChartSkeleton } from '@/components/charts/chart-frame'
import { Empty } from '@/components/empty'
import { Page } from '@/components/page'
import { Region } from '@/components/region'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { Skeleton } from '@/components/ui/skeleton'
import { useT } from '@/lib/i18n'
import { HORIZONS, useAccuracy, useChampions } from './api'
import { Champions } from './champions'
import { DisputeClassifier } from './classifier'
import { Drift } from './drift'
import { ModelList } from './model-list'
import { QualityFigures } from './quality-figures'
import { backtestOf, byMonth, qualityOf } from './quality'

const MONTHS = [3, 6, 12, 24] as const

/** Which models are in charge, how good their forecasts proved to be, and the way to others. */
export function ModelsPage() {
  const t = useT('models')
  const [{ months, horizon }, setAddress] = useQueryStates(
    {
      months: parseAsNumberLiteral(MONTHS).withDefault(12),
      horizon: parseAsStringLiteral(HORIZONS).withDefault('first'),
    },
    { history: 'push' },
  )
  const champions = useChampions()
  const accuracy = useAccuracy(months, horizon)
  const champion = champions.data?.items.find((model) => model.task === 'forecast')
  return (
    <Page
      title={t('title')}
      filters={
        <>
          <Select
            value={horizon}
            onValueChange={(chosen) =>
              void setAddress({ horizon: HORIZONS.find((each) => each === chosen) ?? null })
            }
          >
            <SelectTrigger aria-label={t('horizon.label')} className="w-auto min-w-44">
              <SelectValue />
            </SelectTrigger>
            <SelectContent>
              {HORIZONS.map((each) => (
                <SelectItem key={each} value={each}>
                  {t(`horizon.${each}`)}
                </SelectItem>
              ))}
            </SelectContent>
          </Select>
          <Select
            value={String(months)}
            onValueChange={(chosen) =>
              void setAddress({ months: MONTHS.find((each) => String(each) === chosen) ?? null })
            }
          >
            <SelectTrigger aria-label={t('months.label')} className="w-auto min-w-36">
              <SelectValue />
            </SelectTrigger>
            <SelectContent>
              {MONTHS.map((each) => (
                <SelectItem key={each} value={String(each)}>
                  {t('months.last', { count: each })}
                </SelectItem>
              ))}
            </SelectContent>
          </Select>
        </>
      }
    >
      <Region
        query={champions}
        skeleton={
          <div className="grid gap-4 lg:grid-cols-2">
            <Skeleton className="h-52 rounded-lg" />
            <Skeleton className="h-52 rounded-lg" />
          </div>
        }
        isEmpty={({ items }) => items.length === 0}
        empty={
          <Empty title={t('none.title')} detail={t('none.detail')} className="rounded-lg border bg-card" />
        }
      >
        {({ items }) => <Champions models={items} />}
      </Region>
      <Region
        query={accuracy}
        skeleton={
          <div className="flex flex-col gap-4">
            <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
              {[1, 2, 3, 4].map((each) => (
                <Skeleton key={each} className="h-27 rounded-lg" />
              ))}
            </div>
            <div className="grid gap-4 lg:grid-cols-2">
              <ChartSkeleton />
              <ChartSkeleton />
            </div>
          </div>
        }
      >
        {(found) => {
          const quality = qualityOf(found) ?? (champion ? backtestOf(champion) : null)
          return quality ? (
            <QualityFigures quality={quality} months={byMonth(found)} since={found.since} />
          ) : null
        }}
      </Region>
      {champion && <Drift model={champion} />}
      <ModelList />
      <DisputeClassifier />
    </Page>
  )
}
