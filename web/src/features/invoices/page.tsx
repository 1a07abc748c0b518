'use client'

import { parseAsStringLiteral, useQueryState } from 'nuqs'
import { useMemo } from 'react'
import { type Selection, useList } from '@/components/data-table'
import { Empty } from '@/components/empty'
import { ListPage } from '@/components/records/list-page'
import { Button } from '@/components/ui/button'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import { sumByCurrency } from '@/lib/sums'
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
import { InvoiceFilters } from './toolbar'
import { TotalsLine } from './totals-line'

export function InvoicesPage() {
  const t = useT('invoices')
  const format = useFormat()
  const today = useToday()
  const [tab] = useQueryState('tab', parseAsStringLiteral(TABS).withDefault('open'))
  const state = useList({ filters: filterParsers, sorts: SORTS, defaultSort: TAB_SORTS[tab] })
  const { list, setFilters } = state
  const filters = state.filters as Filters
  const filterQuery = useMemo(() => toQuery(filters, today), [filters, today])
  const sort = list.sort as Sort
  const query = {
    ...filterQuery,
    sort,
    limit: list.per,
    ...(list.cursor === null ? {} : { cursor: list.cursor }),
  }
  const invoices = useInvoices(query)
  const { data: totals } = useInvoiceTotals(filterQuery)
  const prefetch = usePrefetchInvoices()
  const rows = invoices.data?.items
  const columns = useInvoiceColumns()
  const sumsOf = (selection: Selection<InvoiceItem>) =>
    (selection.everything
      ? (totals?.by_currency ?? []).map(({ balance, currency }) => ({ amount: balance, currency }))
      : sumByCurrency(
          [...selection.rows.values()].map(({ balance, currency }) => ({ amount: balance, currency })),
        )
    )
      .map(({ amount, currency }) => format.money(amount, currency))
      .join(' · ')

  return (
    <ListPage
      name="invoices"
      tableName={tab === 'paid' ? 'paid_invoices' : 'invoices'}
      title={t('title')}
      columns={columns}
      hidden={tab === 'paid' ? HIDDEN_COLUMNS_PAID : HIDDEN_COLUMNS}
      rowLabel={(row) => row.number}
      tabs={{
        label: t('tabs.label'),
        value: tab,
        names: Object.fromEntries(TABS.map((each) => [each, t(`tabs.${each}`)])),
        onChange: (next) => setFilters({ tab: next as (typeof TABS)[number], status: null }),
      }}
      list={list}
      query={invoices}
      totals={totals}
      filters={
        <InvoiceFilters
          filters={filters}
          setFilters={setFilters as Parameters<typeof InvoiceFilters>[0]['setFilters']}
          totals={totals}
          customerName={filters.customer ? (rows?.[0]?.customer_name ?? null) : null}
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
        all: () => exportInvoices({ ...filterQuery, sort }),
        selected: exportSelectedInvoices,
      }}
      summary={sumsOf}
      sums={<TotalsLine totals={totals} rows={rows} />}
      peek={(id, onClose) => <InvoicePeek id={id} onClose={onClose} />}
    />
  )
}
