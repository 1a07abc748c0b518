'use client'

import { ChartColumn, Plus } from 'lucide-react'
import { parseAsString, parseAsStringLiteral, useQueryState } from 'nuqs'
import { lazy, Suspense, useMemo } from 'react'
import { useList } from '@/components/data-table'
import { Empty } from '@/components/empty'
import { ListPage } from '@/components/records/list-page'
import { useReminders } from '@/components/reminders/api'
import { reminderName } from '@/components/reminders/marks'
import { Button } from '@/components/ui/button'
import { useFormat } from '@/lib/format'
import { useActions } from '@/lib/hotkeys'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import { useCan } from '@/lib/session'
import { type ReminderTotals, usePrefetchReminders, useReminderTotals } from './api'
import { BulkButtons } from './bulk'
import { ChannelNeeded } from './channel-needed'
import { hiddenColumns, useReminderColumns } from './columns'
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
import { ReminderPeek } from './peek'
import { Queue } from './queue'
import { sumsOf } from './sums-of'
import { ReminderFilters } from './toolbar'

// Forms come when they are asked for.
const Compose = lazy(() => import('./compose'))

/** Reminders: what waits for approval, what is to go out, what went, and what did not. */
export function RemindersPage() {
  const t = useT('reminders')
  const format = useFormat()
  const canCompose = useCan('createReminder')
  const canDecide = useCan('bulkReminders')
  const [compose, setCompose] = useQueryState('compose', parseAsString)
  const [tab] = useQueryState('tab', parseAsStringLiteral(TABS).withDefault('approve'))
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
  const reminders = useReminders(query)
  const { data: totals } = useReminderTotals(filterQuery)
  const prefetch = usePrefetchReminders()
  const columns = useReminderColumns(tab)
  const openNew = () => void setCompose('new')
  useActions(canCompose ? [{ id: 'reminders.new', label: t('compose.action'), keys: 'n', run: openNew }] : [])

  return (
    <>
      <ListPage
        name="reminders"
        tableName={`${tab}_reminders`}
        title={t('title')}
        columns={columns}
        hidden={hiddenColumns(tab)}
        rowLabel={reminderName}
        tabs={{
          label: t('tabs.label'),
          value: tab,
          names: Object.fromEntries(TABS.map((each) => [each, t(`tabs.${each}`)])),
          onChange: (next) => setFilters({ tab: next as (typeof TABS)[number], delivery: null }),
        }}
        list={list}
        query={reminders}
        totals={totals}
        filters={
          <ReminderFilters
            filters={filters}
            setFilters={setFilters as Parameters<typeof ReminderFilters>[0]['setFilters']}
            totals={totals}
            customerName={reminders.data?.items[0]?.customer_name ?? null}
          />
        }
        isFiltered={isFiltered(filters)}
        onClearFilters={() => setFilters(NO_FILTERS)}
        scope={filterQuery}
        emptyFiltered={t('empty.filtered')}
        empty={
          <Empty
            title={t(`empty.${tab}`)}
            detail={tab === 'approve' || tab === 'scheduled' ? t('empty.detail') : undefined}
            action={
              tab === 'approve' && canCompose ? (
                <Button onClick={openNew}>{t('compose.button')}</Button>
              ) : undefined
            }
          />
        }
        onPrefetch={(cursor) => prefetch({ ...query, cursor })}
        bulk={
          canDecide && BULK_OF[tab].length > 0
            ? (selection) => (
                <BulkButtons
                  steps={BULK_OF[tab]}
                  selection={selection}
                  totals={totals}
                  filter={{ ...filterQuery, sort }}
                />
              )
            : undefined
        }
        summary={(selection) =>
          sumsOf(selection, totals)
            .map(({ amount, currency }) => format.money(amount, currency))
            .join(' · ')
        }
        sums={<SumsLine totals={totals} />}
        instead={
          tab === 'approve'
            ? ({ selection, empty }) => <Queue query={reminders} selection={selection} empty={empty} />
            : undefined
        }
        actions={
          <>
            <Button variant="outline" asChild>
              <Link href="/settings/reminder-policies/">{t('policies')}</Link>
            </Button>
            <Button variant="outline" asChild>
              <Link href="/reminders/insights/">
                <ChartColumn aria-hidden strokeWidth={1.75} />
                {t('insights.open')}
              </Link>
            </Button>
            {canCompose && (
              <Button onClick={openNew}>
                <Plus aria-hidden strokeWidth={1.75} />
                {t('compose.button')}
              </Button>
            )}
          </>
        }
        notice={<ChannelNeeded />}
        peek={(id, onClose) => <ReminderPeek id={id} onClose={onClose} />}
      />
      <Suspense>
        {compose !== null && canCompose && <Compose what={compose} onClose={() => void setCompose(null)} />}
      </Suspense>
    </>
  )
}

/** What is done with many at once, by tab. */
const BULK_OF = {
  approve: ['approve', 'reject', 'skip'],
  scheduled: ['skip', 'cancel'],
  drafts: ['cancel'],
  sent: [],
  failed: ['cancel'],
  skipped: [],
} as const

/** What the listed reminders ask for, per currency: currencies are never added up. */
function SumsLine({ totals }: { totals: ReminderTotals | undefined }) {
  const t = useT('reminders')
  const format = useFormat()
  return (
    <ul className="flex flex-wrap gap-x-6 gap-y-1">
      {totals?.by_currency.map((each) => (
        <li key={each.currency} className="whitespace-nowrap">
          <span className="font-medium text-foreground">{format.money(each.amount, each.currency)}</span>{' '}
          {t('totals.asked', { count: each.count })}
        </li>
      ))}
    </ul>
  )
}
