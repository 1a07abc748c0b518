'use client'

import { parseAsNumberLiteral, parseAsString, useQueryStates } from 'nuqs'
import { ChartSkeleton } from '@/components/charts/chart-frame'
import { Empty } from '@/components/empty'
import { Page } from '@/components/page'
import { Region } from '@/components/region'
import { Button } from '@/components/ui/button'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { Skeleton } from '@/components/ui/skeleton'
import { api } from '@/lib/api'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import { type DisputeInsights, useDisputeInsights } from './api'
import { InsightFigures } from './insight-figures'
import { DisputedCustomers, DisputedProducts } from './insight-causes'
import { OutcomeBars, ReasonBars, TimeLines } from './insight-charts'

const MONTHS = [3, 6, 12, 24] as const

/** Why customers do not pay, how long it takes to settle it, who was right, and where it comes from. */
export function DisputeInsightsPage() {
  const t = useT('disputes')
  const [{ months, currency }, setAddress] = useQueryStates(
    {
      months: parseAsNumberLiteral(MONTHS).withDefault(12),
      currency: parseAsString,
    },
    { history: 'push' },
  )
  const query = useDisputeInsights(months)
  const currencies = query.data?.totals.amounts.map((each) => each.currency) ?? []
  const { data: tenant } = api.useQuery('get', '/api/tenant', {}, { staleTime: 300_000 })
  const chosen =
    [currency, tenant?.home_currency].find((each) => each && currencies.includes(each)) ??
    currencies[0] ??
    null
  return (
    <Page
      title={t('insights.title')}
      actions={
        <Button variant="outline" asChild>
          <Link href="/disputes/">{t('insights.queue')}</Link>
        </Button>
      }
      filters={
        <>
          <Select
            value={String(months)}
            onValueChange={(next) =>
              void setAddress({ months: MONTHS.find((each) => String(each) === next) ?? null })
            }
          >
            <SelectTrigger aria-label={t('insights.months')} className="w-auto min-w-36">
              <SelectValue />
            </SelectTrigger>
            <SelectContent>
              {MONTHS.map((each) => (
                <SelectItem key={each} value={String(each)}>
                  {t('insights.lastMonths', { count: each })}
                </SelectItem>
              ))}
            </SelectContent>
          </Select>
          {currencies.length > 1 && chosen && (
            <Select value={chosen} onValueChange={(next) => void setAddress({ currency: next })}>
              <SelectTrigger aria-label={t('columns.currency')} className="w-24">
                <SelectValue />
              </SelectTrigger>
              <SelectContent>
                {currencies.map((each) => (
                  <SelectItem key={each} value={each}>
                    {each}
                  </SelectItem>
                ))}
              </SelectContent>
            </Select>
          )}
        </>
      }
    >
      <Region
        query={query}
        skeleton={<InsightSkeleton />}
        isEmpty={({ totals }) => totals.count === 0}
        empty={
          <Empty
            className="rounded-lg border bg-card"
            title={t('insights.none')}
            detail={t('insights.noneDetail')}
          />
        }
      >
        {(found) => <Insights found={found} currency={chosen} />}
      </Region>
    </Page>
  )
}

function Insights({ found, currency }: { found: DisputeInsights; currency: string | null }) {
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <InsightFigures totals={found.totals} currency={currency} />
      <div className="grid min-w-0 gap-4 lg:grid-cols-3">
        <ReasonBars found={found} currency={currency} className="lg:col-span-2" />
        <OutcomeBars found={found} />
      </div>
      <TimeLines found={found} />
      <div className="grid min-w-0 items-start gap-4 lg:grid-cols-2">
        <DisputedCustomers found={found} currency={currency} />
        <DisputedProducts found={found} currency={currency} />
      </div>
    </div>
  )
}

const InsightSkeleton = () => (
  <div className="flex flex-col gap-4">
    <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
      {[1, 2, 3, 4].map((each) => (
        <Skeleton key={each} className="h-27 rounded-lg" />
      ))}
    </div>
    <div className="grid gap-4 lg:grid-cols-3">
      <ChartSkeleton height="page" className="lg:col-span-2" />
      <ChartSkeleton />
    </div>
    <ChartSkeleton />
  </div>
)
