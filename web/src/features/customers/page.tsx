'use client'

import { Download } from 'lucide-react'
import { parseAsString, parseAsStringLiteral, useQueryState } from 'nuqs'
import { useCallback, useMemo } from 'react'
import {
  BulkBar,
  DataTable,
  FacetedFilter,
  Pagination,
  SearchInput,
  SortSelect,
  useDataTable,
  useList,
  useRecordTrail,
  useSelection,
  ViewOptions,
} from '@/components/data-table'
import { Empty } from '@/components/empty'
import { useExport } from '@/components/ledger/use-export'
import { useSources } from '@/components/ledger/sources'
import { RISK_LEVELS, useLedgerWords } from '@/components/ledger/words'
import { Page } from '@/components/page'
import { SavedViews } from '@/components/saved-views'
import { Button } from '@/components/ui/button'
import { Tabs, TabsContent, TabsList, TabsTrigger } from '@/components/ui/tabs'
import { api } from '@/lib/api'
import { useFormat } from '@/lib/format'
import { useActions } from '@/lib/hotkeys'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import {
  type CustomerItem,
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

const rowId = (row: CustomerItem) => row.id
const rowLabel = (row: CustomerItem) => row.name
const NO_ROWS: CustomerItem[] = []
/** So many ids fit into one request for a selection. */
const MOST_SELECTED = 2000

export function CustomersPage() {
  const t = useT('customers')
  const format = useFormat()
  const { data: tenant } = api.useQuery('get', '/api/tenant', {}, { staleTime: 300_000 })
  const [tab] = useQueryState('tab', parseAsStringLiteral(TABS).withDefault('open'))
  const [peek, setPeek] = useQueryState('peek', parseAsString)
  const state = useList({ filters: filterParsers, sorts: SORTS, defaultSort: TAB_SORTS[tab] })
  const { list, setFilters } = state
  const filters = state.filters as Filters
  const filterQuery = useMemo(() => toQuery(filters), [filters])
  const query = {
    ...filterQuery,
    sort: list.sort as Sort,
    limit: list.per,
    ...(list.cursor === null ? {} : { cursor: list.cursor }),
  }
  const customers = useCustomers(query)
  const { data: totals } = useCustomerTotals(filterQuery)
  const prefetch = usePrefetchCustomers()
  const rows = customers.data?.items
  const columns = useCustomerColumns(tenant?.home_currency)
  const table = useDataTable({ name: 'customers', columns, rows, rowId, hidden: HIDDEN_COLUMNS })
  const selection = useSelection(rows ?? NO_ROWS, rowId, JSON.stringify(filterQuery))
  useRecordTrail(
    'customers',
    useMemo(() => rows?.map(rowId), [rows]),
  )
  const save = useExport()
  const exportAll = () => save(() => exportCustomers({ ...filterQuery, sort: list.sort as Sort }))
  const exportSelection = () =>
    selection.everything ? exportAll() : save(() => exportSelectedCustomers([...selection.rows.keys()]))
  useActions([{ id: 'customers.export', label: t('export.action'), keys: 'e', run: () => void exportAll() }])

  return (
    <Page
      title={t('title')}
      actions={
        <Button variant="outline" onClick={() => void exportAll()}>
          <Download aria-hidden strokeWidth={1.75} />
          {t('export.button')}
        </Button>
      }
    >
      <Tabs value={tab} onValueChange={(next) => setFilters({ tab: next as (typeof TABS)[number] })}>
        <TabsList aria-label={t('tabs.label')}>
          {TABS.map((each) => (
            <TabsTrigger key={each} value={each}>
              {t(`tabs.${each}`)}
            </TabsTrigger>
          ))}
        </TabsList>
        <TabsContent value={tab} className="flex flex-col gap-3 outline-none" tabIndex={-1}>
          <div className="flex flex-wrap items-center gap-2">
            <CustomerFilterBar
              filters={filters}
              setFilters={setFilters as Parameters<typeof CustomerFilterBar>[0]['setFilters']}
              totals={totals}
            />
            <div className="ml-auto flex gap-2">
              <SortSelect table={table} list={list} />
              <SavedViews />
              <ViewOptions table={table} />
            </div>
          </div>
          <DataTable
            table={table}
            caption={t('caption', { tab: t(`tabs.${tab}`) })}
            query={customers}
            list={list}
            selection={selection}
            rowLabel={rowLabel}
            onPeek={(row) => void setPeek(row.id)}
            empty={
              isFiltered(filters) ? (
                <Empty
                  className="rounded-lg border bg-card"
                  title={t('empty.filtered')}
                  action={
                    <Button variant="outline" onClick={() => setFilters(NO_FILTERS)}>
                      {t('filters.clear')}
                    </Button>
                  }
                />
              ) : (
                <Empty
                  className="rounded-lg border bg-card"
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
              )
            }
          />
          <Pagination
            list={list}
            page={customers.data}
            total={totals}
            onPrefetch={(cursor) => prefetch({ ...query, cursor })}
          >
            <ul className="flex flex-wrap gap-x-6 gap-y-1">
              {totals?.by_currency.map((each) => (
                <li key={each.currency} className="whitespace-nowrap">
                  <span className="font-medium text-foreground">
                    {format.money(each.open_balance, each.currency)}
                  </span>{' '}
                  {t('totals.open')} ·{' '}
                  <span className="font-medium text-foreground">
                    {format.money(each.overdue, each.currency)}
                  </span>{' '}
                  {t('totals.overdue')}
                </li>
              ))}
            </ul>
          </Pagination>
          <BulkBar selection={selection} total={totals}>
            <Button
              size="sm"
              onClick={() => void exportSelection()}
              disabled={selection.rows.size > MOST_SELECTED}
            >
              <Download aria-hidden strokeWidth={1.75} />
              {t('export.selection')}
            </Button>
          </BulkBar>
        </TabsContent>
      </Tabs>
      <CustomerPeek id={peek} onClose={() => void setPeek(null)} />
    </Page>
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
      {isFiltered(filters) && (
        <Button variant="ghost" size="sm" onClick={() => setFilters(NO_FILTERS)}>
          {t('filters.clear')}
        </Button>
      )}
    </>
  )
}
