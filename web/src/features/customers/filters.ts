import { parseAsArrayOf, parseAsString, parseAsStringLiteral } from 'nuqs'
import { RISK_LEVELS } from '@/components/ledger/words'
import type { CustomerFilters, CustomerQuery } from './api'

export const TABS = ['open', 'overdue', 'risk', 'all'] as const
export type Tab = (typeof TABS)[number]
export type Sort = NonNullable<CustomerQuery['sort']>

export const TAB_SORTS: Record<Tab, Sort> = {
  open: '-open',
  overdue: '-overdue',
  risk: '-expected_loss',
  all: 'name',
}

const NAMES = ['name', 'open', 'overdue', 'p_late30', 'expected_loss'] as const
export const SORTS: readonly Sort[] = NAMES.flatMap((name) => [name, `-${name}` as const])

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export const filterParsers = {
  tab: parseAsStringLiteral(TABS).withDefault('open'),
  q: parseAsString.withDefault(''),
  risk: parseAsArrayOf(parseAsStringLiteral(RISK_LEVELS)).withDefault([]),
  currency: parseAsString,
  country: parseAsString,
  conn: parseAsString,
}

export interface Filters {
  tab: Tab
  q: string
  risk: (typeof RISK_LEVELS)[number][]
  currency: string | null
  country: string | null
  conn: string | null
}

/** What clears every filter and leaves the tab. */
export const NO_FILTERS = { q: null, risk: null, currency: null, country: null, conn: null } satisfies Record<
  Exclude<keyof Filters, 'tab'>,
  null
>

/** Whether anything but the tab narrows the list. */
export const isFiltered = ({ q, risk, currency, country, conn }: Filters) =>
  q.trim() !== '' || risk.length > 0 || [currency, country, conn].some((value) => value !== null)

/** The filters as the hub takes them; what it would not take is as if it were not there. */
export function toQuery({ tab, q, risk, currency, country, conn }: Filters): CustomerFilters {
  const name = q.trim().slice(0, 100)
  return {
    ...TAB_QUERIES[tab],
    ...(name ? { name } : {}),
    ...(risk.length && tab !== 'risk' ? { risk_level: risk } : {}),
    ...(currency && /^[A-Z]{3}$/.test(currency) ? { currency } : {}),
    ...(country ? { country: country.slice(0, 100) } : {}),
    ...(conn && ID.test(conn) ? { connection_id: conn } : {}),
  }
}

const TAB_QUERIES: Record<Tab, CustomerFilters> = {
  open: { open: true },
  overdue: { overdue: true },
  risk: { open: true, risk_level: ['high'] },
  all: {},
}
