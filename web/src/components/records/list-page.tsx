'use client'

import { Download } from 'lucide-react'
import { parseAsString, useQueryState } from 'nuqs'
import { type ReactNode, useMemo } from 'react'
import {
  BulkBar,
  type Columns,
  DataTable,
  type ListQuery,
  type ListState,
  type ListTotal,
  Pagination,
  type Selection,
  SortSelect,
  useDataTable,
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
import { useActions } from '@/lib/hotkeys'
import { useT } from '@/lib/i18n'

/** So many ids fit into one request for a selection. */
const MOST_SELECTED = 2000

interface ListPageProps<Row extends { id: string }> {
  /** Names the records, for the keys of the table and the way from one record to the next: `invoices`. */
  name: string
  title: string
  /** Names the columns' choice among the preferences, where it is not `name`. */
  tableName?: string
  columns: Columns<Row>
  hidden: string[]
  rowLabel: (row: Row) => string
  tabs: { label: string; value: string; names: Record<string, string>; onChange: (tab: string) => void }
  list: ListState
  query: ListQuery<Row>
  totals: ListTotal | undefined
  /** What narrows the list. */
  filters: ReactNode
  isFiltered: boolean
  onClearFilters: () => void
  /** Names the filters: with others, nothing is chosen any more. */
  scope: unknown
  /** Shown where the tab has nothing in it. */
  empty: ReactNode
  /** The same where the filters leave nothing. */
  emptyFiltered: string
  onPrefetch: (cursor: string) => void
  /** Without it nothing is exported; without `selected` or `bulk`, no records can be chosen. */
  exporting?: { label: string; all: () => Promise<void>; selected?: (ids: string[]) => Promise<void> }
  /** What else can be done with the chosen records. */
  bulk?: (selection: Selection<Row>) => ReactNode
  /** What the selection comes to. */
  summary?: (selection: Selection<Row>) => ReactNode
  /** What all that match come to. */
  sums: ReactNode
  actions?: ReactNode
  /** What has to be known before the list is read. */
  notice?: ReactNode
  /** Stands in place of the table, where a tab shows its records in another way. */
  instead?: (parts: { selection: Selection<Row>; empty: ReactNode }) => ReactNode
  /** A record beside the list. */
  peek: (id: string | null, onClose: () => void) => ReactNode
}

/** A page that lists records: tabs, filters, table, sums, pages, selection, export and saved views. */
export function ListPage<Row extends { id: string }>(props: ListPageProps<Row>) {
  const { name, list, query, totals, tabs, exporting, bulk, instead } = props
  const t = useT('common')
  const say = useT('table')
  const [peek, setPeek] = useQueryState('peek', parseAsString)
  const rows = query.data?.items
  const { tableName = name, columns, hidden } = props
  const table = useDataTable({ name: tableName, columns, rows, rowId, hidden })
  const selection = useSelection<Row>(rows ?? NO_ROWS, rowId, JSON.stringify(props.scope))
  useRecordTrail(
    name,
    useMemo(() => rows?.map(rowId), [rows]),
  )
  const save = useExport()
  const selected = exporting?.selected
  const exportAll = () => void (exporting && save(exporting.all))
  useActions(exporting ? [{ id: `${name}.export`, label: exporting.label, keys: 'e', run: exportAll }] : [])
  const empty = (
    <div className="rounded-lg border bg-card">
      {props.isFiltered ? (
        <Empty
          title={props.emptyFiltered}
          action={
            <Button variant="outline" onClick={props.onClearFilters}>
              {t('actions.clearFilters')}
            </Button>
          }
        />
      ) : (
        props.empty
      )}
    </div>
  )

  return (
    <Page
      title={props.title}
      actions={
        <>
          {exporting && (
            <Button variant="outline" onClick={exportAll}>
              <Download aria-hidden strokeWidth={1.75} />
              {say('exportCsv')}
            </Button>
          )}
          {props.actions}
        </>
      }
    >
      {props.notice}
      <Tabs value={tabs.value} onValueChange={tabs.onChange}>
        <TabsList aria-label={tabs.label}>
          {Object.entries(tabs.names).map(([tab, words]) => (
            <TabsTrigger key={tab} value={tab}>
              {words}
            </TabsTrigger>
          ))}
        </TabsList>
        <TabsContent value={tabs.value} className="flex flex-col gap-3 outline-none" tabIndex={-1}>
          <div className="flex flex-wrap items-center gap-2">
            {props.filters}
            {props.isFiltered && (
              <Button variant="ghost" size="sm" onClick={props.onClearFilters}>
                {t('actions.clearFilters')}
              </Button>
            )}
            <div className="ml-auto flex gap-2">
              {!instead && <SortSelect table={table} list={list} />}
              <SavedViews />
              {!instead && <ViewOptions table={table} />}
            </div>
          </div>
          {instead ? (
            instead({ selection, empty })
          ) : (
            <DataTable
              table={table}
              caption={`${props.title}: ${tabs.names[tabs.value]}`}
              query={query}
              list={list}
              selection={selected || bulk ? selection : undefined}
              rowLabel={props.rowLabel}
              onPeek={(row) => void setPeek(row.id)}
              empty={empty}
            />
          )}
          <Pagination list={list} page={query.data} total={totals} onPrefetch={props.onPrefetch}>
            {props.sums}
          </Pagination>
          {(selected || bulk) && (
            <BulkBar selection={selection} total={totals} summary={props.summary?.(selection)}>
              {bulk?.(selection)}
              {selected && (
                <Button
                  size="sm"
                  onClick={() =>
                    selection.everything ? exportAll() : void save(() => selected([...selection.rows.keys()]))
                  }
                  disabled={selection.rows.size > MOST_SELECTED}
                >
                  <Download aria-hidden strokeWidth={1.75} />
                  {t('actions.export')}
                </Button>
              )}
            </BulkBar>
          )}
        </TabsContent>
      </Tabs>
      {props.peek(peek, () => void setPeek(null))}
    </Page>
  )
}

const rowId = (row: { id: string }) => row.id
const NO_ROWS: never[] = []
