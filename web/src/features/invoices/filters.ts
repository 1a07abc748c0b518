import { parseAsArrayOf, parseAsFloat, parseAsString, parseAsStringLiteral } from 'nuqs'
import { BUCKETS, RISK_LEVELS, STATUSES } from '@/components/ledger/words'
import { addDays } from '@/lib/today'
import type { InvoiceFilters, InvoiceQuery } from './api'

/** What the tabs stand for. */
export const TABS = ['open', 'due', 'overdue', 'risk', 'disputed', 'paid', 'all'] as const
export type Tab = (typeof TABS)[number]

/** The order that each tab begins with: what is most worth a look comes first. */
export const TAB_SORTS: Record<Tab, Sort> = {
  open: 'due_on',
  due: 'due_on',
  overdue: 'due_on',
  risk: '-at_risk',
  disputed: 'due_on',
  paid: '-due_on',
  all: '-issued_on',
}

const NAMES = [
  'due_on',
  'issued_on',
  'balance',
  'total',
  'customer',
  'days_overdue',
  'p_late30',
  'expected_on',
  'at_risk',
] as const
export type Sort = NonNullable<InvoiceQuery['sort']>
export const SORTS: readonly Sort[] = NAMES.flatMap((name) => [name, `-${name}` as const])

export const DAY = /^\d{4}-\d\d-\d\d$/
const AMOUNT = /^\d{1,15}(\.\d{1,4})?$/
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Text of one form; anything else in the address is as if it were not there. */
function parseAsText(form: RegExp) {
  return {
    ...parseAsString,
    parse: (value: string) => (form.test(value) ? value : null),
  } as typeof parseAsString
}

/** How likely "late" is at least, for the choices of the filter. */
export const LATE_CHOICES = [0.25, 0.5, 0.75] as const

export const filterParsers = {
  tab: parseAsStringLiteral(TABS).withDefault('open'),
  q: parseAsString.withDefault(''),
  status: parseAsArrayOf(parseAsStringLiteral(STATUSES)).withDefault([]),
  bucket: parseAsArrayOf(parseAsStringLiteral(BUCKETS)).withDefault([]),
  risk: parseAsArrayOf(parseAsStringLiteral(RISK_LEVELS)).withDefault([]),
  currency: parseAsText(/^[A-Z]{3}$/),
  conn: parseAsText(ID),
  customer: parseAsText(ID),
  from: parseAsText(DAY),
  to: parseAsText(DAY),
  min: parseAsText(AMOUNT),
  max: parseAsText(AMOUNT),
  late: parseAsFloat,
  expfrom: parseAsText(DAY),
  expto: parseAsText(DAY),
}

export interface Filters {
  tab: Tab
  q: string
  status: (typeof STATUSES)[number][]
  bucket: (typeof BUCKETS)[number][]
  risk: (typeof RISK_LEVELS)[number][]
  currency: string | null
  conn: string | null
  customer: string | null
  from: string | null
  to: string | null
  min: string | null
  max: string | null
  late: number | null
  expfrom: string | null
  expto: string | null
}

/** What clears every filter and leaves the tab. */
export const NO_FILTERS = {
  q: null,
  status: null,
  bucket: null,
  risk: null,
  currency: null,
  conn: null,
  customer: null,
  from: null,
  to: null,
  min: null,
  max: null,
  late: null,
  expfrom: null,
  expto: null,
} satisfies Record<Exclude<keyof Filters, 'tab'>, null>

/** Whether anything but the tab narrows the list. */
export function isFiltered(filters: Filters): boolean {
  return (Object.keys(NO_FILTERS) as (keyof typeof NO_FILTERS)[]).some((name) => {
    const value = filters[name]
    return Array.isArray(value) ? value.length > 0 : Boolean(value)
  })
}

/** The filters as the hub takes them; `today` is the company's day. */
export function toQuery(filters: Filters, today: string): InvoiceFilters {
  const { q, status, bucket, risk, late } = filters
  return {
    ...tabQuery(filters.tab, today),
    ...defined({
      q: q.trim().slice(0, 100) || null,
      currency: filters.currency,
      connection_id: filters.conn,
      customer_id: filters.customer,
      min_balance: filters.min,
      max_balance: filters.max,
      p_late30_min: late !== null && late >= 0 && late <= 1 ? late : null,
      expected_from: filters.expfrom,
      expected_to: filters.expto,
    }),
    ...(filters.tab === 'due' ? {} : defined({ due_from: filters.from, due_to: filters.to })),
    ...(filters.tab === 'all' && status.length ? { status } : {}),
    ...(bucket.length ? { aging: bucket } : {}),
    ...(risk.length ? { risk_level: risk } : {}),
  }
}

function tabQuery(tab: Tab, today: string): InvoiceFilters {
  switch (tab) {
    case 'open':
      return { open: true }
    case 'due':
      return { open: true, due_from: today, due_to: addDays(today, 6) }
    case 'overdue':
      return { overdue: true }
    case 'risk':
      return { open: true, risk_level: ['high'] }
    case 'disputed':
      return { open: true, disputed: true }
    case 'paid':
      return { status: ['paid'] }
    case 'all':
      return {}
  }
}

function defined<Given extends Record<string, string | number | null>>(given: Given) {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null)) as {
    [Name in keyof Given]?: NonNullable<Given[Name]>
  }
}
