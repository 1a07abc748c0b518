'use client'

import { parseAsNumberLiteral, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { useState } from 'react'
import { ChartSkeleton } from '@/components/charts/chart-frame'
import type { Before } from '@/components/charts/cash-points'
import { Empty } from '@/components/empty'
import { Page } from '@/components/page'
import { Provenance } from '@/components/provenance'
import { Region } from '@/components/region'
import { Skeleton } from '@/components/ui/skeleton'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { type Change, type CurrencyCashFlow, useCashFlow, useScenario } from './api'
import { CashChart } from './cash-chart'
import { CashTable } from './cash-table'
import { Choice } from './choice'
import { RunForecast } from './run-forecast'
import { Scenario } from './scenario'
import { PERIODS, type View, WEEKS } from './view'
import { periodsOf } from './what-if'

const BEFORE = ['1', '4'] as const

/** What came in, what is expected, what had been expected, and what it would be if things were otherwise. */
export function ForecastPage() {
  const t = useT('forecast')
  const format = useFormat()
  const [address, setAddress] = useQueryStates(
    {
      by: parseAsStringLiteral(PERIODS).withDefault('week'),
      weeks: parseAsNumberLiteral(WEEKS).withDefault(13),
      currency: parseAsString,
      before: parseAsStringLiteral(BEFORE),
    },
    { history: 'push' },
  )
  const view: View = { by: address.by, weeks: address.weeks }
  const query = useCashFlow(view)
  const chosen = query.data && chooseFlow(query.data.currencies, address.currency)
  return (
    <Page
      title={t('title')}
      subtitle={
        query.data?.as_of && (
          <span>
            <Provenance
              asOf={query.data.as_of}
              model={query.data.model}
              number={query.data.model_number}
              version={query.data.model_version}
            />{' '}
            · {t('covers')}
          </span>
        )
      }
      actions={<RunForecast />}
      filters={
        <>
          <Choice
            aria-label={t('horizon')}
            value={String(address.weeks)}
            options={WEEKS.map((weeks) => ({ value: String(weeks), label: t('weeks', { count: weeks }) }))}
            onChange={(weeks) =>
              void setAddress({ weeks: WEEKS.find((each) => String(each) === weeks) ?? null })
            }
          />
          <Choice
            aria-label={t('by')}
            value={address.by}
            options={PERIODS.map((by) => ({ value: by, label: t(`byPeriod.${by}`) }))}
            onChange={(by) => void setAddress({ by: PERIODS.find((each) => each === by) ?? null })}
          />
          {query.data && chosen && query.data.currencies.length > 1 && (
            <Choice
              aria-label={t('currency')}
              value={chosen.currency}
              options={query.data.currencies.map(({ currency }) => ({ value: currency, label: currency }))}
              onChange={(currency) => void setAddress({ currency })}
            />
          )}
          <Choice
            aria-label={t('compare.label')}
            value={address.before ?? 'none'}
            options={[
              { value: 'none', label: t('compare.none') },
              ...BEFORE.map((weeks) => ({
                value: weeks,
                label: t('compare.before', { count: Number(weeks) }),
              })),
            ]}
            onChange={(before) => void setAddress({ before: BEFORE.find((each) => each === before) ?? null })}
          />
        </>
      }
    >
      <Region
        query={query}
        skeleton={
          <div className="flex flex-col gap-4">
            <ChartSkeleton height="page" />
            <Skeleton className="h-64 rounded-lg" />
          </div>
        }
        isEmpty={({ currencies }) => currencies.length === 0}
        empty={
          <Empty
            title={t('empty.title')}
            detail={t('empty.detail')}
            action={<RunForecast />}
            className="rounded-lg border bg-card"
          />
        }
      >
        {(data) =>
          chosen ? (
            <Figures
              key={chosen.currency}
              flow={chosen}
              currencies={data.currencies.map(({ currency }) => currency)}
              view={view}
              before={address.before}
              asOf={data.as_of ?? ''}
              madeAt={data.made_at ? format.instant(data.made_at) : ''}
            />
          ) : null
        }
      </Region>
    </Page>
  )
}

interface FiguresProps {
  flow: CurrencyCashFlow
  currencies: string[]
  view: View
  before: Before | null
  asOf: string
  madeAt: string
}

function Figures({ flow, currencies, view, before, asOf, madeAt }: FiguresProps) {
  const t = useT('forecast')
  const [changes, setChanges] = useState<Change[]>([])
  const scenario = useScenario(changes, view, t('scenario.name'))
  const compared = changes.length > 0 ? scenario.data?.scenarios[0] : undefined
  const periods = periodsOf(compared, flow.currency)
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <CashChart flow={flow} periods={periods} view={view} before={before} asOf={asOf} madeAt={madeAt} />
      <Scenario
        currency={flow.currency}
        currencies={currencies}
        asOf={asOf}
        view={view}
        changes={changes}
        onChange={setChanges}
        result={scenario}
        compared={compared}
        periods={periods}
      />
      <CashTable flow={flow} periods={periods} view={view} before={before} asOf={asOf} />
    </div>
  )
}

/** The currency asked for, else the one that most is expected in. */
function chooseFlow(flows: CurrencyCashFlow[], wanted: string | null): CurrencyCashFlow | undefined {
  const largest = [...flows].sort(
    (a, b) =>
      b.actual.length - a.actual.length || Number(b.four_weeks.expected) - Number(a.four_weeks.expected),
  )[0]
  return flows.find(({ currency }) => currency === wanted) ?? largest
}
