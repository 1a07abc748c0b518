'use client'

import { parseAsString, useQueryState } from 'nuqs'
import {
  DataTable,
  FacetedFilter,
  Pagination,
  useDataTable,
  useList,
  ViewOptions,
} from '@/components/data-table'
import { Empty } from '@/components/empty'
import { RISK_LEVELS, useLedgerWords } from '@/components/ledger/words'
import { Page } from '@/components/page'
import { Button } from '@/components/ui/button'
import { Label } from '@/components/ui/label'
import { Switch } from '@/components/ui/switch'
import { useFormat } from '@/lib/format'
import { useHotkeys } from '@/lib/hotkeys'
import { useT } from '@/lib/i18n'
import { useSession } from '@/lib/session'
import { type Contact, useOwners, usePrefetchWorklist, useWorklist, type WorklistPage as Listed } from './api'
import { HIDDEN_COLUMNS, useWorklistColumns } from './columns'
import { Dialogs } from './dialogs'
import { filterParsers, type Filters, isFiltered, NO_FILTERS, STEPS, toQuery } from './filters'
import { Panel } from './panel'
import { useWork, WorkContext } from './use-work'

const rowId = (row: Contact) => row.customer_id
const rowLabel = (row: Contact) => row.customer_name
/** The hub has one order for it: by what contact is worth. */
const SORTS = ['value'] as const

/** Whom to contact, the most worthwhile first, with the next step and the reason for it. */
export function WorklistPage() {
  const t = useT('worklist')
  const format = useFormat()
  const words = useLedgerWords()
  const state = useList({ filters: filterParsers, sorts: SORTS, defaultSort: 'value' })
  const { list, setFilters } = state
  const filters = state.filters as Filters
  const worklist = useWorklist(toQuery(filters, list.per, list.cursor))
  const prefetch = usePrefetchWorklist()
  const { data } = worklist
  const work = useWork()
  const [peek, setPeek] = useQueryState('peek', parseAsString)
  const owners = useOwners()
  const { user } = useSession()
  const columns = useWorklistColumns(data?.home_currency, data?.as_of)
  const table = useDataTable({
    name: 'worklist',
    columns,
    rows: data?.items,
    rowId,
    hidden: HIDDEN_COLUMNS,
  })
  // The row that the keyboard is in.
  const focused = (act: (contact: Contact) => void) => () => {
    const id = document.activeElement?.closest<HTMLElement>('[data-row]')?.dataset.row
    const contact = data?.items.find(({ customer_id }) => customer_id === id)
    if (contact) act(contact)
  }
  useHotkeys({
    ...(work.canRemind ? { r: focused(work.remind) } : {}),
    ...(work.canNote ? { l: focused((contact) => work.ask('log', contact)) } : {}),
    ...(work.canPromise ? { p: focused((contact) => work.ask('promise', contact)) } : {}),
    ...(work.canMark ? { s: focused((contact) => work.ask('snooze', contact)) } : {}),
  })
  const people = (owners.data?.items ?? []).filter(({ id }) => id !== user.id)
  return (
    <Page
      title={t('title')}
      subtitle={
        <>
          {data?.as_of && t('subtitle', { day: format.day(data.as_of), currency: data.home_currency ?? '' })}
          {data && <Done done={data.done_today} />}
        </>
      }
      filters={
        <>
          <FacetedFilter
            single
            label={t('columns.step')}
            options={STEPS.map((step) => ({ value: step, label: t(`step.${step}`) }))}
            value={filters.step ? [filters.step] : []}
            onChange={([step]) => setFilters({ step: STEPS.find((each) => each === step) ?? null })}
          />
          <FacetedFilter
            single
            label={t('columns.risk')}
            options={RISK_LEVELS.map((level) => ({ value: level, label: words.risk(level) }))}
            value={filters.risk ? [filters.risk] : []}
            onChange={([level]) => setFilters({ risk: RISK_LEVELS.find((each) => each === level) ?? null })}
          />
          <FacetedFilter
            single
            label={t('filters.owner')}
            options={[
              { value: 'me', label: t('filters.mine') },
              { value: 'none', label: t('filters.nobody') },
              ...people.map(({ id, name }) => ({ value: id, label: name })),
            ]}
            value={filters.owner ? [filters.owner] : []}
            onChange={([owner]) => setFilters({ owner: owner ?? null })}
          />
          <Label className="flex items-center gap-2 font-normal">
            <Switch
              checked={Boolean(filters.resting)}
              onCheckedChange={(resting) => setFilters({ resting: resting || null })}
            />
            {t('filters.resting')}
          </Label>
          {isFiltered(filters) && (
            <Button variant="ghost" size="sm" onClick={() => setFilters(NO_FILTERS)}>
              {t('clear')}
            </Button>
          )}
          <div className="ml-auto">
            <ViewOptions table={table} />
          </div>
        </>
      }
    >
      <WorkContext value={work}>
        <DataTable
          table={table}
          caption={t('caption')}
          query={worklist}
          list={list}
          rowLabel={rowLabel}
          onPeek={(row) => void setPeek(row.customer_id)}
          empty={
            isFiltered(filters) ? (
              <Empty
                title={filters.resting ? t('empty.resting') : t('empty.filtered')}
                action={
                  <Button variant="outline" onClick={() => setFilters(NO_FILTERS)}>
                    {t('clear')}
                  </Button>
                }
              />
            ) : (
              <Empty
                title={data?.as_of ? t('empty.title') : t('empty.none')}
                detail={data?.as_of ? t('empty.detail') : t('empty.noneDetail')}
              />
            )
          }
        />
      </WorkContext>
      <Pagination
        list={list}
        page={data}
        total={undefined}
        onPrefetch={(cursor) => prefetch(toQuery(filters, list.per, cursor))}
      >
        {data && data.items.length > 0 && t('assumption')}
      </Pagination>
      <Panel
        contact={data?.items.find(({ customer_id }) => customer_id === peek)}
        work={work}
        onClose={() => void setPeek(null)}
      />
      <Dialogs work={work} />
    </Page>
  )
}

/** What the team got done today. */
function Done({ done }: { done: Listed['done_today'] }) {
  const t = useT('worklist')
  const format = useFormat()
  const amounts = done.amounts
    .map(({ amount, currency }) => format.compactMoney(amount, currency))
    .join(' + ')
  return (
    <p role="status">
      {done.customers === 0 ? (
        t('done.none')
      ) : (
        <>
          {t('done.some', { count: done.customers, mine: done.mine })}
          {amounts && ` · ${t('done.owing', { amounts })}`}
        </>
      )}
    </p>
  )
}
