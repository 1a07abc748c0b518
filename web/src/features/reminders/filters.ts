import { parseAsArrayOf, parseAsString, parseAsStringLiteral } from 'nuqs'
import type { ReminderQuery } from '@/components/reminders/api'
import { DELIVERIES, KINDS } from '@/components/reminders/words'

/** What the tabs stand for. */
export const TABS = ['approve', 'scheduled', 'drafts', 'sent', 'failed', 'skipped'] as const
export type Tab = (typeof TABS)[number]

export type Sort = NonNullable<ReminderQuery['sort']>
/** What narrows and orders the list, without its page. */
export type ReminderFilters = Omit<ReminderQuery, 'cursor' | 'limit' | 'include' | 'sort'>

/** The order that each tab begins with: what goes out next, and of what is over the newest. */
export const TAB_SORTS: Record<Tab, Sort> = {
  approve: 'scheduled_at',
  scheduled: 'scheduled_at',
  drafts: '-scheduled_at',
  sent: '-sent_at',
  failed: '-scheduled_at',
  skipped: '-scheduled_at',
}

const NAMES = ['scheduled_at', 'sent_at', 'customer', 'amount'] as const
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
  tab: parseAsStringLiteral(TABS).withDefault('approve'),
  q: parseAsString.withDefault(''),
  kind: parseAsArrayOf(parseAsStringLiteral(KINDS)).withDefault([]),
  delivery: parseAsArrayOf(parseAsStringLiteral(DELIVERIES)).withDefault([]),
  channel: parseAsText(ID),
  policy: parseAsText(ID),
  customer: parseAsText(ID),
  invoice: parseAsText(ID),
  from: parseAsText(DAY),
  to: parseAsText(DAY),
}

export interface Filters {
  tab: Tab
  q: string
  kind: (typeof KINDS)[number][]
  delivery: (typeof DELIVERIES)[number][]
  channel: string | null
  policy: string | null
  customer: string | null
  invoice: string | null
  from: string | null
  to: string | null
}

/** What clears every filter and leaves the tab. */
export const NO_FILTERS = {
  q: null,
  kind: null,
  delivery: null,
  channel: null,
  policy: null,
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
export function toQuery(filters: Filters): ReminderFilters {
  const { tab, q, kind, delivery, from, to } = filters
  const text = q.trim().slice(0, 100)
  const since = from && new Date(`${from}T00:00:00`).toISOString()
  const until = to && new Date(`${to}T23:59:59.999`).toISOString()
  const ofSent = tab === 'sent'
  return {
    status: [...TAB_STATUSES[tab]],
    ...(kind.length ? { kind } : {}),
    ...(delivery.length && ofSent ? { delivery } : {}),
    ...(text ? { q: text } : {}),
    ...(filters.channel ? { channel_id: filters.channel } : {}),
    ...(filters.policy ? { policy_id: filters.policy } : {}),
    ...(filters.customer ? { customer_id: filters.customer } : {}),
    ...(filters.invoice ? { invoice_id: filters.invoice } : {}),
    ...(since ? (ofSent ? { sent_from: since } : { scheduled_from: since }) : {}),
    ...(until ? (ofSent ? { sent_to: until } : { scheduled_to: until }) : {}),
  }
}

export const TAB_STATUSES = {
  approve: ['to_approve'],
  scheduled: ['planned', 'approved', 'sending'],
  drafts: ['draft'],
  sent: ['sent'],
  failed: ['failed', 'uncertain'],
  skipped: ['skipped', 'rejected', 'cancelled'],
} as const satisfies Record<Tab, readonly string[]>
