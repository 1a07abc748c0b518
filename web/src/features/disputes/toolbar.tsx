'use client'

import { X } from 'lucide-react'
import { useCallback } from 'react'
import { FacetedFilter, SearchInput } from '@/components/data-table'
import { GROUP_NAMES, OPEN_STATUSES, SOURCES, useDisputeWords } from '@/components/disputes/words'
import { Button } from '@/components/ui/button'
import { DateRange } from '@/components/ui/date-range'
import { useT } from '@/lib/i18n'
import { useSession } from '@/lib/session'
import type { DisputeTotals } from './api'
import type { Filters } from './filters'

interface Props {
  filters: Filters
  setFilters: (change: Partial<Record<keyof Filters, unknown>>, how?: { history: 'replace' }) => void
  totals: DisputeTotals | undefined
  /** What the one customer or invoice is called whose disputes are listed. */
  names: { customer: string | null; invoice: string | null }
}

/** What narrows the queue within its tab, each choice with how many it stands for. */
export function DisputeFilters({ filters, setFilters, totals, names }: Props) {
  const t = useT('disputes')
  const words = useDisputeWords()
  const { user } = useSession()
  const search = useCallback(
    (q: string) => setFilters({ q: q || null }, { history: 'replace' }),
    [setFilters],
  )
  const { tab } = filters
  const counts = (facet: 'status' | 'group' | 'source') => {
    const found = new Map(totals?.facets[facet].map(({ value, count }) => [value, count]))
    return (value: string) => (totals ? (found.get(value) ?? 0) : undefined)
  }
  const ofStatus = counts('status')
  const ofGroup = counts('group')
  const ofSource = counts('source')
  const owners = totals?.facets.owner ?? []
  const people = new Map(totals?.owners.map(({ id, name }) => [id, name]))
  return (
    <>
      <SearchInput value={filters.q} onChange={search} label={t('filters.search')} />
      {tab !== 'ended' && (
        <FacetedFilter
          label={t('columns.status')}
          value={filters.status}
          onChange={(status) => setFilters({ status })}
          options={OPEN_STATUSES.map((value) => ({
            value,
            label: words.status(value),
            count: ofStatus(value),
          }))}
        />
      )}
      <FacetedFilter
        label={t('columns.reason')}
        value={filters.group}
        onChange={(group) => setFilters({ group })}
        options={GROUP_NAMES.map((value) => ({ value, label: words.group(value), count: ofGroup(value) }))}
      />
      {tab !== 'mine' && (
        <FacetedFilter
          label={t('columns.owner')}
          single
          value={filters.owner === null ? [] : [filters.owner]}
          onChange={([owner]) => setFilters({ owner: owner ?? null })}
          options={[
            {
              value: 'me',
              label: t('filters.me'),
              count: owners.find(({ value }) => value === user.id)?.count,
            },
            {
              value: 'none',
              label: t('filters.nobody'),
              count: owners.find(({ value }) => value === 'none')?.count,
            },
            ...owners
              .filter(({ value }) => value !== 'none' && value !== user.id)
              .map(({ value, count }) => ({ value, label: people.get(value) ?? value, count })),
          ]}
        />
      )}
      <FacetedFilter
        label={t('columns.source')}
        value={filters.source}
        onChange={(source) => setFilters({ source })}
        options={SOURCES.map((value) => ({ value, label: words.source(value), count: ofSource(value) }))}
      />
      <DateRange
        size="sm"
        className="font-normal"
        label={t('columns.opened')}
        value={{ from: filters.from, to: filters.to }}
        onChange={({ from, to }) => setFilters({ from, to })}
      />
      {filters.code !== null && (
        <Chip onRemove={() => setFilters({ code: null })}>{words.code(filters.code)}</Chip>
      )}
      {filters.currency !== null && (
        <Chip onRemove={() => setFilters({ currency: null })}>{filters.currency}</Chip>
      )}
      {filters.customer !== null && (
        <Chip onRemove={() => setFilters({ customer: null })}>{names.customer ?? t('columns.customer')}</Chip>
      )}
      {filters.invoice !== null && (
        <Chip onRemove={() => setFilters({ invoice: null })}>{names.invoice ?? t('columns.invoice')}</Chip>
      )}
    </>
  )
}

/** A filter that came with the address and can only be taken away. */
function Chip({ children, onRemove }: { children: string; onRemove: () => void }) {
  const t = useT('disputes')
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
