'use client'

import { X } from 'lucide-react'
import { useCallback } from 'react'
import { FacetedFilter, SearchInput } from '@/components/data-table'
import { useChannels } from '@/components/reminders/api'
import { DELIVERIES, KINDS, useReminderWords } from '@/components/reminders/words'
import { Button } from '@/components/ui/button'
import { DateRange } from '@/components/ui/date-range'
import { useT } from '@/lib/i18n'
import type { ReminderTotals } from './api'
import type { Filters } from './filters'

interface Props {
  filters: Filters
  setFilters: (change: Partial<Record<keyof Filters, unknown>>, how?: { history: 'replace' }) => void
  totals: ReminderTotals | undefined
  /** What the one customer is called whose reminders are listed. */
  customerName: string | null
}

/** What narrows a tab, each choice with how many it stands for. */
export function ReminderFilters({ filters, setFilters, totals, customerName }: Props) {
  const t = useT('reminders')
  const words = useReminderWords()
  const channels = useChannels()
  const search = useCallback(
    (q: string) => setFilters({ q: q || null }, { history: 'replace' }),
    [setFilters],
  )
  const counts = (facet: keyof ReminderTotals['facets']) => {
    const found = new Map(totals?.facets[facet].map(({ value, count }) => [value, count]))
    return (value: string) => (totals ? (found.get(value) ?? 0) : undefined)
  }
  const ofKind = counts('kind')
  const ofDelivery = counts('delivery')
  const toDebtors = channels.data?.items.filter(({ purpose }) => purpose === 'debtors') ?? []
  return (
    <>
      <SearchInput value={filters.q} onChange={search} label={t('filters.search')} />
      <FacetedFilter
        label={t('columns.kind')}
        value={filters.kind}
        onChange={(kind) => setFilters({ kind })}
        options={KINDS.map((value) => ({ value, label: words.kind(value), count: ofKind(value) }))}
      />
      {filters.tab === 'sent' && (
        <FacetedFilter
          label={t('columns.delivery')}
          value={filters.delivery}
          onChange={(delivery) => setFilters({ delivery })}
          options={DELIVERIES.map((value) => ({
            value,
            label: words.delivery(value),
            count: ofDelivery(value),
          }))}
        />
      )}
      {(toDebtors.length > 1 || filters.channel !== null) && (
        <FacetedFilter
          label={t('columns.channel')}
          single
          value={filters.channel === null ? [] : [filters.channel]}
          onChange={([channel]) => setFilters({ channel: channel ?? null })}
          options={toDebtors.map(({ id, name }) => ({ value: id, label: name }))}
        />
      )}
      <DateRange
        size="sm"
        className="font-normal"
        label={filters.tab === 'sent' ? t('columns.sent') : t('columns.scheduled')}
        value={{ from: filters.from, to: filters.to }}
        onChange={({ from, to }) => setFilters({ from, to })}
      />
      {filters.customer !== null && (
        <Chip onRemove={() => setFilters({ customer: null })}>{customerName ?? t('columns.customer')}</Chip>
      )}
      {filters.invoice !== null && (
        <Chip onRemove={() => setFilters({ invoice: null })}>{t('filters.oneInvoice')}</Chip>
      )}
      {filters.policy !== null && (
        <Chip onRemove={() => setFilters({ policy: null })}>{t('filters.onePolicy')}</Chip>
      )}
    </>
  )
}

/** A filter that came with the address and can only be taken away. */
function Chip({ children, onRemove }: { children: string; onRemove: () => void }) {
  const t = useT('reminders')
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
