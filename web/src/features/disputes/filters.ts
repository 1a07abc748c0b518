import { parseAsArrayOf, parseAsString, parseAsStringLiteral } from 'nuqs'
import type { DisputeQuery } from '@/components/disputes/api'
import { CODES, GROUP_NAMES, OPEN_STATUSES, SOURCES } from '@/components/disputes/words'

/** What the tabs stand for. */
export const TABS = ['open', 'check', 'mine', 'overdue', 'ended'] as const
export type Tab = (typeof TABS)[number]

export type Sort = NonNullable<DisputeQuery['sort']>
/** What narrows and orders the list, without its page. */
export type DisputeFilters = Omit<DisputeQuery, 'cursor' | 'limit' | 'include' | 'sort'>

/** The order that each tab begins with: what is due next, and of what has ended the newest. */
export const TAB_SORTS: Record<Tab, Sort> = {
  open: 'due_on',
  check: 'due_on',
  mine: 'due_on',
  overdue: 'due_on',
  ended: '-opened_at',
}

const NAMES = ['due_on', 'opened_at', 'amount', 'customer'] as const
export const SORTS: readonly Sort[] = NAMES.flatMap((name) => [name, `-${name}` as const])

const DAY = /^\d{4}-\d\d-\d\d$/
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Text of one form; anything else in the address is as if it were not there. */
function parseAsText(form: RegExp) {
  return {
    ...parseAsString,
    parse: (value: string) => (form.test(value) ? value : null),
  } as typeof parseAsString
}

export const filterParsers = {
  tab: parseAsStringLiteral(TABS).withDefault('open'),
  q: parseAsString.withDefault(''),
  status: parseAsArrayOf(parseAsStringLiteral(OPEN_STATUSES)).withDefault([]),
  group: parseAsArrayOf(parseAsStringLiteral(GROUP_NAMES)).withDefault([]),
  code: parseAsStringLiteral(CODES),
  source: parseAsArrayOf(parseAsStringLiteral(SOURCES)).withDefault([]),
  owner: parseAsText(new RegExp(`^(me|none)$|${ID.source}`)),
  currency: parseAsText(/^[A-Z]{3}$/),
  customer: parseAsText(ID),
  invoice: parseAsText(ID),
  from: parseAsText(DAY),
  to: parseAsText(DAY),
}

export interface Filters {
  tab: Tab
  q: string
  status: (typeof OPEN_STATUSES)[number][]
  group: (typeof GROUP_NAMES)[number][]
  code: (typeof CODES)[number] | null
  source: (typeof SOURCES)[number][]
  owner: string | null
  currency: string | null
  customer: string | null
  invoice: string | null
  from: string | null
  to: string | null
}

/** What clears every filter and leaves the tab. */
export const NO_FILTERS = {
  q: null,
  status: null,
  group: null,
  code: null,
  source: null,
  owner: null,
  currency: null,
  customer: null,
  invoice: null,
  from: null,
  to: null,
} satisfies Record<Exclude<keyof Filters, 'tab'>, null>

/** Whether anything but the tab narrows the list. */
export function isFiltered(filters: Filters): boolean {
  return (Object.keys(NO_FILTERS) as (keyof typeof NO_FILTERS)[]).some((name) => {
    const value = filters[name]
    return Array.isArray(value) ? value.length > 0 : Boolean(value)
  })
}

/** The filters as the hub takes them; days are the reader's own, as the instants on screen are. */
export function toQuery(filters: Filters): DisputeFilters {
  const { tab, q, status, group, owner, source } = filters
  const text = q.trim().slice(0, 100)
  return {
    ...TAB_QUERIES[tab],
    ...(status.length && tab !== 'ended' ? { status } : {}),
    ...(group.length ? { group } : {}),
    ...(owner && tab !== 'mine' ? { owner } : {}),
    ...(text ? { q: text } : {}),
    ...(filters.code ? { code: filters.code } : {}),
    ...(source.length ? { source } : {}),
    ...(filters.currency ? { currency: filters.currency } : {}),
    ...(filters.customer ? { customer_id: filters.customer } : {}),
    ...(filters.invoice ? { invoice_id: filters.invoice } : {}),
    ...(filters.from ? { opened_from: new Date(`${filters.from}T00:00:00`).toISOString() } : {}),
    ...(filters.to ? { opened_to: new Date(`${filters.to}T23:59:59.999`).toISOString() } : {}),
  }
}

const TAB_QUERIES: Record<Tab, DisputeFilters> = {
  open: { unended: true },
  check: { check: true },
  mine: { unended: true, owner: 'me' },
  overdue: { overdue: true },
  ended: { unended: false },
}
