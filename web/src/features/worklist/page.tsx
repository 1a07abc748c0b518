'use client'

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
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { type Contact, usePrefetchWorklist, useWorklist } from './api'
import { HIDDEN_COLUMNS, useWorklistColumns } from './columns'
import { filterParsers, type Filters, isFiltered, NO_FILTERS, STEPS, toQuery } from './filters'

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
  const columns = useWorklistColumns(data?.home_currency, data?.as_of)
  const table = useDataTable({
    name: 'worklist',
    columns,
    rows: data?.items,
    rowId,
    hidden: HIDDEN_COLUMNS,
  })
  return (
    <Page
      title={t('title')}
      subtitle={
        data?.as_of && t('subtitle', { day: format.day(data.as_of), currency: data.home_currency ?? '' })
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
      <DataTable
        table={table}
        caption={t('caption')}
        query={worklist}
        list={list}
        rowLabel={rowLabel}
        empty={
          isFiltered(filters) ? (
            <Empty
              title={t('empty.filtered')}
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
      <Pagination
        list={list}
        page={data}
        total={undefined}
        onPrefetch={(cursor) => prefetch(toQuery(filters, list.per, cursor))}
      >
        {data && data.items.length > 0 && t('assumption')}
      </Pagination>
    </Page>
  )
}
