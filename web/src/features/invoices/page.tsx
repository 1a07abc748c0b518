'use client'

import { Download } from 'lucide-react'
import { parseAsString, parseAsStringLiteral, useQueryState } from 'nuqs'
import { useMemo } from 'react'
import {
  BulkBar,
  DataTable,
  Pagination,
  SortSelect,
  useDataTable,
  useList,
  useRecordTrail,
  useSelection,
  ViewOptions,
} from '@/components/data-table'
import { Empty } from '@/components/empty'
import { useExport } from '@/components/ledger/use-export'
import { Page } from '@/components/page'
import { SavedViews } from '@/components/saved-views'
import { Button } from '@/components/ui/button'
import { Tabs, TabsContent, TabsList, TabsTrigger } from '@/components/ui/tabs'
import { useFormat } from '@/lib/format'
import { useActions } from '@/lib/hotkeys'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import { useToday } from '@/lib/today'
import {
  exportInvoices,
  exportSelectedInvoices,
  type InvoiceItem,
  useInvoices,
  useInvoiceTotals,
  usePrefetchInvoices,
} from './api'
import { HIDDEN_COLUMNS, HIDDEN_COLUMNS_PAID, useInvoiceColumns } from './columns'
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
import { InvoicePeek } from './peek'
import { sumByCurrency } from './sums'
import { InvoiceFilters } from './toolbar'
import { TotalsLine } from './totals-line'

const rowId = (row: InvoiceItem) => row.id
const rowLabel = (row: InvoiceItem) => row.number
const NO_ROWS: InvoiceItem[] = []
/** So many ids fit into one request for a selection. */
const MOST_SELECTED = 2000

export function InvoicesPage() {
  const t = useT('invoices')
  const format = useFormat()
  const today = useToday()
  const [tab] = useQueryState('tab', parseAsStringLiteral(TABS).withDefault('open'))
  const [peek, setPeek] = useQueryState('peek', parseAsString)
  const state = useList({ filters: filterParsers, sorts: SORTS, defaultSort: TAB_SORTS[tab] })
  const { list, setFilters } = state
  const filters = state.filters as Filters
  const filterQuery = useMemo(() => toQuery(filters, today), [filters, today])
  const query = {
    ...filterQuery,
    sort: list.sort as Sort,
    limit: list.per,
    ...(list.cursor === null ? {} : { cursor: list.cursor }),
  }
  const invoices = useInvoices(query)
  const { data: totals } = useInvoiceTotals(filterQuery)
  const prefetch = usePrefetchInvoices()
  const rows = invoices.data?.items
  const columns = useInvoiceColumns()
  const table = useDataTable({
    name: tab === 'paid' ? 'paid_invoices' : 'invoices',
    columns,
    rows,
    rowId,
    hidden: tab === 'paid' ? HIDDEN_COLUMNS_PAID : HIDDEN_COLUMNS,
  })
  const selection = useSelection(rows ?? NO_ROWS, rowId, JSON.stringify(filterQuery))
  useRecordTrail(
    'invoices',
    useMemo(() => rows?.map(rowId), [rows]),
  )

  const save = useExport()
  const exportAll = () => save(() => exportInvoices({ ...filterQuery, sort: list.sort as Sort }))
  const exportSelection = () =>
    selection.everything ? exportAll() : save(() => exportSelectedInvoices([...selection.rows.keys()]))
  useActions([{ id: 'invoices.export', label: t('export.action'), keys: 'e', run: () => void exportAll() }])

  const filtered = isFiltered(filters)
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
      <Tabs
        value={tab}
        onValueChange={(next) => setFilters({ tab: next as (typeof TABS)[number], status: null })}
      >
        <TabsList aria-label={t('tabs.label')}>
          {TABS.map((each) => (
            <TabsTrigger key={each} value={each}>
              {t(`tabs.${each}`)}
            </TabsTrigger>
          ))}
        </TabsList>
        <TabsContent value={tab} className="flex flex-col gap-3 outline-none" tabIndex={-1}>
          <div className="flex flex-wrap items-center gap-2">
            <InvoiceFilters
              filters={filters}
              setFilters={setFilters as Parameters<typeof InvoiceFilters>[0]['setFilters']}
              totals={totals}
              customerName={filters.customer ? (rows?.[0]?.customer_name ?? null) : null}
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
            query={invoices}
            list={list}
            selection={selection}
            rowLabel={rowLabel}
            onPeek={(row) => void setPeek(row.id)}
            empty={
              filtered ? (
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
            page={invoices.data}
            total={totals}
            onPrefetch={(cursor) => prefetch({ ...query, cursor })}
          >
            <TotalsLine totals={totals} rows={rows} />
          </Pagination>
          <BulkBar
            selection={selection}
            total={totals}
            summary={
              selection.everything
                ? totals?.by_currency.map((each) => format.money(each.balance, each.currency)).join(' · ')
                : sumByCurrency([...selection.rows.values()])
                    .map(({ currency, amount }) => format.money(amount, currency))
                    .join(' · ')
            }
          >
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
      <InvoicePeek id={peek} onClose={() => void setPeek(null)} />
    </Page>
  )
}
