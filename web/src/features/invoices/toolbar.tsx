'use client'

import { X } from 'lucide-react'
import { useCallback } from 'react'
import { FacetedFilter, SearchInput } from '@/components/data-table'
import { useSources } from '@/components/ledger/sources'
import { BUCKETS, RISK_LEVELS, STATUSES, useLedgerWords } from '@/components/ledger/words'
import { Button } from '@/components/ui/button'
import { DateRange } from '@/components/ui/date-range'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { AmountRange } from './amount-range'
import type { InvoiceTotals } from './api'
import { type Filters, LATE_CHOICES } from './filters'

interface Props {
  filters: Filters
  setFilters: (change: Partial<Record<keyof Filters, unknown>>, how?: { history: 'replace' }) => void
  totals: InvoiceTotals | undefined
  /** The name of the customer whose invoices are listed, where it is one's. */
  customerName: string | null
}

/** What narrows the list within its tab, each choice with how many it stands for. */
export function InvoiceFilters({ filters, setFilters, totals, customerName }: Props) {
  const t = useT('invoices')
  const words = useLedgerWords()
  const format = useFormat()
  const sourceName = useSources()
  const search = useCallback(
    (q: string) => setFilters({ q: q || null }, { history: 'replace' }),
    [setFilters],
  )
  const counts = (facet: keyof InvoiceTotals['facets']) =>
    new Map(totals?.facets[facet].map(({ value, count }) => [value, count]))
  const { tab } = filters
  const statuses = counts('status')
  const ages = counts('aging')
  const levels = counts('risk_level')
  const currencies = counts('currency')
  const sources = counts('connection_id')
  const isOpen = tab !== 'paid'
  const counted = (found: Map<string, number>, value: string) =>
    totals ? (found.get(value) ?? 0) : undefined

  return (
    <>
      <SearchInput value={filters.q} onChange={search} label={t('filters.search')} />
      {tab === 'all' && (
        <FacetedFilter
          label={t('columns.status')}
          value={filters.status}
          onChange={(status) => setFilters({ status })}
          options={STATUSES.map((value) => ({
            value,
            label: words.status(value),
            count: value === 'deleted' ? undefined : counted(statuses, value),
          }))}
        />
      )}
      {isOpen && (
        <FacetedFilter
          label={t('filters.aging')}
          value={filters.bucket}
          onChange={(bucket) => setFilters({ bucket })}
          options={BUCKETS.map((value) => ({
            value,
            label: words.aging(value),
            count: counted(ages, value),
          }))}
        />
      )}
      {isOpen && tab !== 'risk' && (
        <FacetedFilter
          label={t('filters.risk')}
          value={filters.risk}
          onChange={(risk) => setFilters({ risk })}
          options={RISK_LEVELS.map((value) => ({
            value,
            label: words.risk(value),
            count: counted(levels, value),
          }))}
        />
      )}
      {isOpen && (
        <FacetedFilter
          label={t('filters.late')}
          single
          value={filters.late === null ? [] : [String(filters.late)]}
          onChange={([late]) => setFilters({ late: late === undefined ? null : Number(late) })}
          options={LATE_CHOICES.map((value) => ({
            value: String(value),
            label: t('filters.lateAtLeast', { probability: format.percent(value) }),
          }))}
        />
      )}
      {tab !== 'due' && (
        <DateRange
          size="sm"
          className="font-normal"
          label={t('columns.due')}
          value={{ from: filters.from, to: filters.to }}
          onChange={({ from, to }) => setFilters({ from, to })}
        />
      )}
      {isOpen && (
        <AmountRange
          label={t('columns.balance')}
          value={{ min: filters.min, max: filters.max }}
          onChange={({ min, max }) => setFilters({ min, max })}
        />
      )}
      {(currencies.size > 1 || filters.currency !== null) && (
        <FacetedFilter
          label={t('columns.currency')}
          single
          value={filters.currency === null ? [] : [filters.currency]}
          onChange={([currency]) => setFilters({ currency: currency ?? null })}
          options={[...currencies].map(([value, count]) => ({ value, label: value, count }))}
        />
      )}
      {(sources.size > 1 || filters.conn !== null) && (
        <FacetedFilter
          label={t('columns.source')}
          single
          value={filters.conn === null ? [] : [filters.conn]}
          onChange={([conn]) => setFilters({ conn: conn ?? null })}
          options={[...sources].map(([value, count]) => ({ value, label: sourceName(value), count }))}
        />
      )}
      {filters.customer !== null && (
        <Chip onRemove={() => setFilters({ customer: null })}>{customerName ?? t('columns.customer')}</Chip>
      )}
      {(filters.expfrom ?? filters.expto) !== null && (
        <Chip onRemove={() => setFilters({ expfrom: null, expto: null })}>
          {t('filters.expected', {
            days:
              filters.expfrom && filters.expto
                ? format.range(filters.expfrom, filters.expto)
                : format.day(filters.expfrom ?? filters.expto),
          })}
        </Chip>
      )}
    </>
  )
}

/** A filter that came with the address and can only be taken away. */
function Chip({ children, onRemove }: { children: string; onRemove: () => void }) {
  const t = useT('invoices')
  return (
    <Button
      variant="secondary"
      size="sm"
      onClick={onRemove}
      aria-label={t('filters.remove', { filter: children })}
    >
      {children}
      <X aria-hidden className="size-3.5" />
    </Button>
  )
}
