'use client'

import { DownloadIcon, ShieldCheckIcon } from 'lucide-react'
import { parseAsString, parseAsStringLiteral } from 'nuqs'
import { useEffect, useMemo, useState } from 'react'
import {
  columnsOf,
  DataTable,
  type ListQuery,
  Pagination,
  SearchInput,
  useDataTable,
  useList,
} from '@/components/data-table'
import { Facts } from '@/components/definition-list'
import { Empty } from '@/components/empty'
import { Page } from '@/components/page'
import { Status, type Tone } from '@/components/status'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { DateRange } from '@/components/ui/date-range'
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { Sheet, SheetContent, SheetDescription, SheetHeader, SheetTitle } from '@/components/ui/sheet'
import { Ago, useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { useCan } from '@/lib/session'
import { toQuery } from './audit-query'
import { type AuditEvent, type AuditQuery, exportAddress, useAudit } from './audit-api'
import { AuditDiff } from './audit-diff'
import { Verify } from './audit-verify'

const KINDS = [
  'person',
  'key',
  'client',
  'plugin',
  'system',
  'anonymous',
] as const satisfies AuditEvent['actor_kind'][]
const OUTCOMES = ['done', 'denied', 'failed'] as const satisfies AuditEvent['outcome'][]
const TONES: Record<AuditEvent['outcome'], Tone> = { done: 'positive', denied: 'warning', failed: 'negative' }
const columns = columnsOf<AuditEvent>()
const FILTERS = {
  action: parseAsString.withDefault(''),
  kind: parseAsStringLiteral(KINDS),
  outcome: parseAsStringLiteral(OUTCOMES),
  actor: parseAsString,
  object: parseAsString,
  from: parseAsString,
  to: parseAsString,
}
const SORTS = ['-number']

/** What was done, by whom, to what; the chain that holds it is verified here, too. */
export function Audit() {
  const t = useT('settings.audit')
  const canExport = useCan('exportAudit')
  const canVerify = useCan('verifyAudit')
  const [isVerifying, setVerifying] = useState(false)
  const [query, setQuery] = useState<AuditQuery>({})
  return (
    <Page
      title={t('title')}
      subtitle={t('subtitle')}
      actions={
        <>
          {canVerify && (
            <Button variant="outline" onClick={() => setVerifying(true)}>
              <ShieldCheckIcon className="size-4" aria-hidden />
              {t('verify')}
            </Button>
          )}
          {canExport && <Export query={query} />}
        </>
      }
    >
      {isVerifying && <Verify onClose={() => setVerifying(false)} />}
      <AuditTable of="tenant" onQuery={setQuery} />
    </Page>
  )
}

function Export({ query }: { query: AuditQuery }) {
  const t = useT('settings.audit')
  const common = useT('common')
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="outline">
          <DownloadIcon className="size-4" aria-hidden />
          {common('actions.export')}
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        {(['csv', 'jsonl'] as const).map((form) => (
          <DropdownMenuItem key={form} asChild>
            <a href={exportAddress(form, query)} download>
              {t(`export.${form}`)}
            </a>
          </DropdownMenuItem>
        ))}
      </DropdownMenuContent>
    </DropdownMenu>
  )
}

/** The events with their filters; `onQuery` hears what is asked for, so that it can be exported. */
export function AuditTable({
  of,
  prefix,
  onQuery,
}: {
  of: 'tenant' | 'installation'
  prefix?: string
  onQuery?: (query: AuditQuery) => void
}) {
  const t = useT('settings.audit')
  const common = useT('common')
  const format = useFormat()
  const { filters, setFilters, list } = useList({
    filters: FILTERS,
    sorts: SORTS,
    defaultSort: '-number',
    prefix,
  })
  const [opened, setOpened] = useState<AuditEvent | null>(null)
  const query = toQuery(filters)
  const events = useAudit(of, { ...query, limit: list.per, ...(list.cursor ? { cursor: list.cursor } : {}) })
  const asked = JSON.stringify(query)
  useEffect(() => onQuery?.(JSON.parse(asked) as AuditQuery), [asked, onQuery])
  const isFiltered = Object.keys(query).length > 0

  // Made anew, the cells would lose what is open in them.
  const shownColumns = useMemo(
    () =>
      columns.columns([
        columns.accessor('at', {
          meta: { label: t('when') },
          cell: ({ getValue }) => (
            <span className="whitespace-nowrap">
              <span className="max-sm:hidden">{format.instant(getValue())}</span>
              <span className="sm:hidden">
                <Ago at={getValue()} />
              </span>
            </span>
          ),
        }),
        columns.accessor('actor_name', {
          meta: { label: t('who'), grow: true },
          cell: ({ row: { original } }) => (
            <span className="flex items-center gap-1.5">
              <span className="truncate">{original.actor_name || original.actor_id}</span>
              {original.actor_kind !== 'person' && <Badge>{t(`kinds.${original.actor_kind}`)}</Badge>}
            </span>
          ),
        }),
        columns.accessor('action', {
          meta: { label: t('what'), stack: 'title' },
          cell: ({ row: { original } }) => (
            <button
              type="button"
              data-row-link
              className="text-left font-mono text-xs hover:underline"
              onClick={() => setOpened(original)}
            >
              {original.action}
            </button>
          ),
        }),
        columns.accessor('object_type', {
          meta: { label: t('object') },
          cell: ({ row: { original } }) => (
            <span className="whitespace-nowrap">
              {original.object_type}
              {original.object_id && (
                <code className="ml-1.5 font-mono text-xs text-muted-foreground">
                  {original.object_id.slice(0, 8)}
                </code>
              )}
            </span>
          ),
        }),
        columns.accessor('outcome', {
          meta: { label: t('outcome'), stack: 'aside' },
          cell: ({ getValue }) => <Status tone={TONES[getValue()]}>{t(`outcomes.${getValue()}`)}</Status>,
        }),
        columns.accessor('number', {
          meta: { label: t('number'), align: 'end', stack: 'hide' },
          cell: ({ getValue }) => <span className="text-muted-foreground">{getValue()}</span>,
        }),
      ]),
    [t, format],
  )
  const table = useDataTable<AuditEvent>({
    name: `audit-${of}`,
    rows: events.data?.items,
    rowId: (row) => String(row.number),
    columns: shownColumns,
  })

  return (
    <>
      <div className="flex flex-wrap items-center gap-2">
        <SearchInput
          value={filters.action}
          onChange={(action: string) => setFilters({ action: action || null }, { history: 'replace' })}
          label={t('actionFilter')}
        />
        <Pick
          label={t('kind')}
          any={t('anyKind')}
          value={filters.kind}
          options={KINDS.map((each) => [each, t(`kinds.${each}`)])}
          onChange={(kind) => setFilters({ kind: kind as (typeof KINDS)[number] | null })}
        />
        <Pick
          label={t('outcome')}
          any={t('anyOutcome')}
          value={filters.outcome}
          options={OUTCOMES.map((each) => [each, t(`outcomes.${each}`)])}
          onChange={(outcome) => setFilters({ outcome: outcome as (typeof OUTCOMES)[number] | null })}
        />
        <DateRange
          label={t('when')}
          value={{ from: filters.from, to: filters.to }}
          onChange={({ from, to }) => setFilters({ from, to })}
        />
        {isFiltered && (
          <Button variant="ghost" onClick={() => setFilters(null)}>
            {common('actions.clearFilters')}
          </Button>
        )}
      </div>
      <DataTable
        table={table}
        caption={t('title')}
        query={events as ListQuery<AuditEvent>}
        list={list}
        rowLabel={(row) => `${row.action} ${row.number}`}
        onPeek={setOpened}
        hotkeys={!prefix}
        empty={<Empty title={isFiltered ? t('noneSuch') : t('none')} />}
      />
      <Pagination list={list} page={events.data} total={undefined} />
      <Sheet open={opened !== null} onOpenChange={(open) => !open && setOpened(null)}>
        {opened && (
          <SheetContent className="sm:max-w-lg">
            <Details
              event={opened}
              onFilter={(change) => {
                setFilters(change)
                setOpened(null)
              }}
            />
          </SheetContent>
        )}
      </Sheet>
    </>
  )
}

function Details({
  event,
  onFilter,
}: {
  event: AuditEvent
  onFilter: (change: { actor?: string; object?: string; action?: string }) => void
}) {
  const t = useT('settings.audit')
  const format = useFormat()
  const narrow = (value: string, change: { actor?: string; object?: string; action?: string }) => (
    <Button
      variant="link"
      className="h-auto p-0 text-left wrap-anywhere whitespace-normal"
      onClick={() => onFilter(change)}
    >
      {value}
    </Button>
  )
  return (
    <>
      <SheetHeader>
        <SheetTitle className="font-mono">{event.action}</SheetTitle>
        <SheetDescription>{t('numbered', { number: event.number })}</SheetDescription>
      </SheetHeader>
      <div className="flex flex-col gap-4">
        <Facts
          items={[
            {
              label: t('when'),
              value: (
                <>
                  {format.instant(event.at)} · <Ago at={event.at} />
                </>
              ),
            },
            { label: t('who'), value: narrow(event.actor_name || event.actor_id, { actor: event.actor_id }) },
            { label: t('kind'), value: t(`kinds.${event.actor_kind}`) },
            { label: t('what'), value: narrow(event.action, { action: event.action }) },
            {
              label: t('object'),
              value: event.object_id
                ? narrow(`${event.object_type} ${event.object_id}`, { object: event.object_id })
                : event.object_type,
            },
            {
              label: t('outcome'),
              value: <Status tone={TONES[event.outcome]}>{t(`outcomes.${event.outcome}`)}</Status>,
            },
            { label: t('address'), value: event.address ?? '–' },
            { label: t('program'), value: event.user_agent ?? '–' },
            {
              label: t('request'),
              value: <code className="font-mono text-xs">{event.request_id ?? '–'}</code>,
            },
          ]}
        />
        <div>
          <h3 className="mb-2 font-medium">{t('changes')}</h3>
          <AuditDiff before={event.before} after={event.after} />
        </div>
      </div>
    </>
  )
}

interface PickProps {
  label: string
  any: string
  value: string | null
  options: [value: string, label: string][]
  onChange: (value: string | null) => void
}

function Pick({ label, any, value, options, onChange }: PickProps) {
  return (
    <Select value={value ?? 'any'} onValueChange={(chosen) => onChange(chosen === 'any' ? null : chosen)}>
      <SelectTrigger className="w-40" aria-label={label}>
        <SelectValue />
      </SelectTrigger>
      <SelectContent>
        <SelectItem value="any">{any}</SelectItem>
        {options.map(([each, name]) => (
          <SelectItem key={each} value={each}>
            {name}
          </SelectItem>
        ))}
      </SelectContent>
    </Select>
  )
}
