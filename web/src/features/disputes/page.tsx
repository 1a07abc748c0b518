'use client'

import { ChartColumn, Plus } from 'lucide-react'
import { parseAsStringLiteral, useQueryState } from 'nuqs'
import { lazy, Suspense, useMemo, useState } from 'react'
import { useList } from '@/components/data-table'
import { useDisputes } from '@/components/disputes/api'
import { disputeName } from '@/components/disputes/marks'
import { Empty } from '@/components/empty'
import { ListPage } from '@/components/records/list-page'
import { Button } from '@/components/ui/button'
import { useFormat } from '@/lib/format'
import { useActions } from '@/lib/hotkeys'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import { useCan } from '@/lib/session'
import { useToday } from '@/lib/today'
import { type DisputeTotals, exportDisputes, useDisputeTotals, usePrefetchDisputes } from './api'
import { HIDDEN_COLUMNS, useDisputeColumns } from './columns'
import {
  type Filters,
  filterParsers,
  isFiltered,
  NO_FILTERS,
  SORTS,
  type Sort,
  TAB_SORTS,
  TABS,
  toQuery,
} from './filters'
import { DisputePeek } from './peek'
import { DisputeFilters } from './toolbar'

// Forms come when they are asked for.
const NewDispute = lazy(() => import('@/components/disputes/new-dispute'))

/** The queue: what is disputed, why, and until when an answer is due. */
export function DisputesPage() {
  const t = useT('disputes')
  const today = useToday()
  const canOpen = useCan('createDispute')
  const [isOpening, setOpening] = useState(false)
  const [tab] = useQueryState('tab', parseAsStringLiteral(TABS).withDefault('open'))
  const state = useList({ filters: filterParsers, sorts: SORTS, defaultSort: TAB_SORTS[tab] })
  const { list, setFilters } = state
  const filters = state.filters as Filters
  const filterQuery = useMemo(() => toQuery(filters), [filters])
  const sort = list.sort as Sort
  const query = {
    ...filterQuery,
    sort,
    limit: list.per,
    ...(list.cursor === null ? {} : { cursor: list.cursor }),
  }
  const disputes = useDisputes(query)
  const { data: totals } = useDisputeTotals(filterQuery)
  const prefetch = usePrefetchDisputes()
  const first = disputes.data?.items[0]
  const columns = useDisputeColumns(today)
  useActions(
    canOpen ? [{ id: 'disputes.new', label: t('new.action'), keys: 'd', run: () => setOpening(true) }] : [],
  )

  return (
    <>
      <ListPage
        name="disputes"
        title={t('title')}
        columns={columns}
        hidden={HIDDEN_COLUMNS}
        rowLabel={disputeName}
        tabs={{
          label: t('tabs.label'),
          value: tab,
          names: Object.fromEntries(TABS.map((each) => [each, t(`tabs.${each}`)])),
          onChange: (next) => setFilters({ tab: next as (typeof TABS)[number], status: null }),
        }}
        list={list}
        query={disputes}
        totals={totals}
        filters={
          <DisputeFilters
            filters={filters}
            setFilters={setFilters as Parameters<typeof DisputeFilters>[0]['setFilters']}
            totals={totals}
            names={{ customer: first?.customer_name ?? null, invoice: first?.invoice_number ?? null }}
          />
        }
        isFiltered={isFiltered(filters)}
        onClearFilters={() => setFilters(NO_FILTERS)}
        scope={filterQuery}
        emptyFiltered={t('empty.filtered')}
        empty={
          <Empty
            title={t(`empty.${tab}`)}
            detail={tab === 'open' ? t('empty.openDetail') : undefined}
            action={
              tab === 'open' ? (
                canOpen && <Button onClick={() => setOpening(true)}>{t('new.button')}</Button>
              ) : (
                <Button variant="outline" onClick={() => setFilters({ tab: 'open' })}>
                  {t('empty.showOpen')}
                </Button>
              )
            }
          />
        }
        onPrefetch={(cursor) => prefetch({ ...query, cursor })}
        exporting={{
          label: t('export'),
          all: () => exportDisputes({ ...filterQuery, sort }),
        }}
        sums={<SumsLine totals={totals} />}
        actions={
          <>
            <Button variant="outline" asChild>
              <Link href="/disputes/insights/">
                <ChartColumn aria-hidden strokeWidth={1.75} />
                {t('insights.open')}
              </Link>
            </Button>
            {canOpen && (
              <Button onClick={() => setOpening(true)}>
                <Plus aria-hidden strokeWidth={1.75} />
                {t('new.button')}
              </Button>
            )}
          </>
        }
        peek={(id, onClose) => <DisputePeek id={id} onClose={onClose} />}
      />
      <Suspense>{isOpening && <NewDispute onClose={() => setOpening(false)} />}</Suspense>
    </>
  )
}

/** What the listed disputes come to, per currency: currencies are never added up. */
function SumsLine({ totals }: { totals: DisputeTotals | undefined }) {
  const t = useT('disputes')
  const format = useFormat()
  return (
    <ul className="flex flex-wrap gap-x-6 gap-y-1">
      {totals?.by_currency.map((each) => (
        <li key={each.currency} className="whitespace-nowrap">
          <span className="font-medium text-foreground">{format.money(each.amount, each.currency)}</span>{' '}
          {t('totals.disputed', { count: each.count })}
        </li>
      ))}
    </ul>
  )
}
