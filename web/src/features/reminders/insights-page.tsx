'use client'

import { parseAsNumberLiteral, useQueryState } from 'nuqs'
import { ChartSkeleton } from '@/components/charts/chart-frame'
import { Empty } from '@/components/empty'
import { Page } from '@/components/page'
import { Region } from '@/components/region'
import { Button } from '@/components/ui/button'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { Skeleton } from '@/components/ui/skeleton'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import { type ReminderInsights, useReminderInsights } from './api'
import { DaysGained } from './insight-gained'
import { MonthLines, PaidAfter, StageBars } from './insight-charts'
import { InsightFigures } from './insight-figures'

const MONTHS = [3, 6, 12, 24] as const

/** What became of reminders, what followed them, and what they changed against invoices held back by lot. */
export function ReminderInsightsPage() {
  const t = useT('reminders')
  const [months, setMonths] = useQueryState(
    'months',
    parseAsNumberLiteral(MONTHS).withDefault(12).withOptions({ history: 'push' }),
  )
  const query = useReminderInsights(months)
  return (
    <Page
      title={t('insights.title')}
      actions={
        <Button variant="outline" asChild>
          <Link href="/reminders/">{t('insights.toList')}</Link>
        </Button>
      }
      filters={
        <Select
          value={String(months)}
          onValueChange={(next) => void setMonths(MONTHS.find((each) => String(each) === next) ?? null)}
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
      }
    >
      <Region
        query={query}
        skeleton={<InsightSkeleton />}
        isEmpty={({ sent }) => sent === 0}
        empty={
          <Empty
            className="rounded-lg border bg-card"
            title={t('insights.none')}
            detail={t('insights.noneDetail')}
          />
        }
      >
        {(found) => <Insights found={found} />}
      </Region>
    </Page>
  )
}

function Insights({ found }: { found: ReminderInsights }) {
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <InsightFigures found={found} />
      <DaysGained uplift={found.uplift} />
      <div className="grid min-w-0 gap-4 lg:grid-cols-2">
        <PaidAfter found={found} />
        <StageBars found={found} />
      </div>
      <MonthLines found={found} />
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
    <Skeleton className="h-40 rounded-lg" />
    <div className="grid gap-4 lg:grid-cols-2">
      <ChartSkeleton />
      <ChartSkeleton />
    </div>
  </div>
)
