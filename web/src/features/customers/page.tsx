'use client'

import { parseAsStringLiteral, useQueryState } from 'nuqs'
import { useCallback, useMemo } from 'react'
import { FacetedFilter, SearchInput, useList } from '@/components/data-table'
import { Empty } from '@/components/empty'
import { useSources } from '@/components/ledger/sources'
import { RISK_LEVELS, useLedgerWords } from '@/components/ledger/words'
import { ListPage } from '@/components/records/list-page'
import { Button } from '@/components/ui/button'
import { api } from '@/lib/api'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import {
  type CustomerTotals,
  exportCustomers,
  exportSelectedCustomers,
  useCustomers,
  useCustomerTotals,
  usePrefetchCustomers,
} from './api'
import { HIDDEN_COLUMNS, useCustomerColumns } from './columns'
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
import { CustomerPeek } from './peek'

export function CustomersPage() {
  const t = useT('customers')
  const { data: tenant } = api.useQuery('get', '/api/tenant', {}, { staleTime: 300_000 })
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
  const customers = useCustomers(query)
  const { data: totals } = useCustomerTotals(filterQuery)
  const prefetch = usePrefetchCustomers()
  const columns = useCustomerColumns(tenant?.home_currency)

  return (
    <ListPage
      name="customers"
      title={t('title')}
      columns={columns}
      hidden={HIDDEN_COLUMNS}
      rowLabel={(row) => row.name}
      tabs={{
        label: t('tabs.label'),
        value: tab,
        names: Object.fromEntries(TABS.map((each) => [each, t(`tabs.${each}`)])),
        onChange: (next) => setFilters({ tab: next as (typeof TABS)[number] }),
      }}
      list={list}
      query={customers}
      totals={totals}
      filters={
        <CustomerFilterBar
          filters={filters}
          setFilters={setFilters as Parameters<typeof CustomerFilterBar>[0]['setFilters']}
          totals={totals}
        />
      }
      isFiltered={isFiltered(filters)}
      onClearFilters={() => setFilters(NO_FILTERS)}
      scope={filterQuery}
      emptyFiltered={t('empty.filtered')}
      empty={
        <Empty
          title={t(`empty.${tab}`)}
          detail={tab === 'all' ? t('empty.allDetail') : undefined}
          action={
            tab === 'all' ? (
              <Button asChild>
                <Link href="/connections/">{t('empty.connect')}</Link>
              </Button>
            ) : (
              <Button variant="outline" onClick={() => setFilters({ tab: 'all' })}>
                {t('empty.showAll')}
              </Button>
            )
          }
        />
      }
      onPrefetch={(cursor) => prefetch({ ...query, cursor })}
      exporting={{
        label: t('export.action'),
        all: () => exportCustomers({ ...filterQuery, sort }),
        selected: exportSelectedCustomers,
      }}
      sums={<SumsLine totals={totals} />}
      peek={(id, onClose) => <CustomerPeek id={id} onClose={onClose} />}
    />
  )
}

/** What the listed customers owe, per currency. */
function SumsLine({ totals }: { totals: CustomerTotals | undefined }) {
  const t = useT('customers')
  const format = useFormat()
  return (
    <ul className="flex flex-wrap gap-x-6 gap-y-1">
      {totals?.by_currency.map((each) => (
        <li key={each.currency} className="whitespace-nowrap">
          <span className="font-medium text-foreground">
            {format.money(each.open_balance, each.currency)}
          </span>{' '}
          {t('totals.open')} ·{' '}
          <span className="font-medium text-foreground">{format.money(each.overdue, each.currency)}</span>{' '}
          {t('totals.overdue')}
        </li>
      ))}
    </ul>
  )
}

function CustomerFilterBar({
  filters,
  setFilters,
  totals,
}: {
  filters: Filters
  setFilters: (change: Partial<Record<keyof Filters, unknown>>, how?: { history: 'replace' }) => void
  totals: CustomerTotals | undefined
}) {
  const t = useT('customers')
  const words = useLedgerWords()
  const sourceName = useSources()
  const search = useCallback(
    (q: string) => setFilters({ q: q || null }, { history: 'replace' }),
    [setFilters],
  )
  const facet = (name: keyof CustomerTotals['facets']) => totals?.facets[name] ?? []
  const levels = new Map(facet('risk_level').map(({ value, count }) => [value, count]))
  const single = (
    name: 'currency' | 'country' | 'conn',
    found: { value: string; count: number }[],
    label: string,
    say: (value: string) => string = (value) => value,
  ) =>
    (found.length > 1 || filters[name] !== null) && (
      <FacetedFilter
        label={label}
        single
        value={filters[name] === null ? [] : [filters[name]]}
        onChange={([value]) => setFilters({ [name]: value ?? null })}
        options={found.map(({ value, count }) => ({ value, label: say(value), count }))}
      />
    )
  return (
    <>
      <SearchInput value={filters.q} onChange={search} label={t('filters.search')} />
      {filters.tab !== 'risk' && (
        <FacetedFilter
          label={t('filters.risk')}
          value={filters.risk}
          onChange={(risk) => setFilters({ risk })}
          options={RISK_LEVELS.map((value) => ({
            value,
            label: words.risk(value),
            count: totals ? (levels.get(value) ?? 0) : undefined,
          }))}
        />
      )}
      {single('currency', facet('currency'), t('filters.currency'))}
      {single('country', facet('country'), t('columns.country'))}
      {single('conn', facet('connection_id'), t('columns.source'), sourceName)}
    </>
  )
}
