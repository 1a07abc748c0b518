'use client'

import {
  type Nullable,
  parseAsInteger,
  parseAsNumberLiteral,
  parseAsString,
  parseAsStringLiteral,
  type UrlKeys,
  useQueryStates,
  type UseQueryStatesKeysMap,
  type Values,
} from 'nuqs'
import { useCallback, useMemo } from 'react'

export const PAGE_SIZES = [25, 50, 100] as const
export type PageSize = (typeof PAGE_SIZES)[number]

interface Options<Filters extends UseQueryStatesKeysMap> {
  /** Parsers of the filters, by their key in the address; made once, outside the component. */
  filters: Filters
  /** Every order that the hub knows; what the address names beside these is ignored. */
  sorts: readonly string[]
  defaultSort: string
  /** Set before each key in the address where a page has two lists. */
  prefix?: string
}

/** The part of a list's state that its table moves: order, page and page size. */
export interface ListState {
  sort: string
  defaultSort: string
  setSort: (sort: string | null) => void
  per: PageSize
  setPer: (per: PageSize) => void
  /** Counts from 1. */
  page: number
  /** The hub's cursor of this page; null on the first. */
  cursor: string | null
  goNext: (cursor: string) => void
  goPrevious: () => void
  goFirst: () => void
  /** Whether the way back to the page before is known: it is not on a page opened from a pasted address. */
  canGoBack: boolean
}

/**
 * A list's state in the address: filters, order, page and page size, with defaults left out. Changing a filter, the
 * order or the page size leads back to the first page. Values that nobody knows are as if they were not there.
 */
export function useList<Filters extends UseQueryStatesKeysMap>(options: Options<Filters>) {
  const { filters: filterParsers, sorts, defaultSort, prefix } = options
  const filterKeys = useMemo(() => keysOf(filterParsers, prefix), [filterParsers, prefix])
  const [filters, setFilterState] = useQueryStates(filterParsers, { urlKeys: filterKeys })
  const listParsers = useMemo(
    () => ({
      sort: parseAsStringLiteral(sorts).withDefault(defaultSort),
      per: parseAsNumberLiteral(PAGE_SIZES).withDefault(50),
      page: parseAsInteger.withDefault(1),
      after: parseAsString,
    }),
    [sorts, defaultSort],
  )
  const listKeys = useMemo(() => keysOf(listParsers, prefix), [listParsers, prefix])
  const [{ sort, per, page, after }, setList] = useQueryStates(listParsers, {
    urlKeys: listKeys,
    history: 'push',
  })

  const setFilters = useCallback(
    (change: Partial<Nullable<Values<Filters>>> | null, how: { history?: 'push' | 'replace' } = {}) => {
      const history = how.history ?? 'push'
      void setFilterState(change as Parameters<typeof setFilterState>[0], { history })
      void setList({ page: null, after: null }, { history })
    },
    [setFilterState, setList],
  )

  // The cursors of the pages before this one, as they were walked; kept over a reload, for this tab alone.
  const trail = `trail:${prefix ?? ''}${JSON.stringify([filters, sort, per])}`
  const list: ListState = {
    sort,
    defaultSort,
    setSort: (next) => void setList({ sort: next, page: null, after: null }),
    per,
    setPer: (next) => void setList({ per: next, page: null, after: null }),
    page: after === null ? 1 : Math.max(page, 2),
    cursor: after,
    goNext: (cursor) => {
      const current = after === null ? 1 : Math.max(page, 2)
      const cursors = readTrail(trail)
      cursors[current] = cursor
      writeTrail(trail, cursors.slice(0, current + 1))
      void setList({ page: current + 1, after: cursor })
    },
    goPrevious: () => {
      const before = page - 2 < 1 ? null : (readTrail(trail)[page - 2] ?? null)
      void setList(before === null ? { page: null, after: null } : { page: page - 1, after: before })
    },
    goFirst: () => void setList({ page: null, after: null }),
    canGoBack: after !== null && (page === 2 || Boolean(readTrail(trail)[page - 2])),
  }
  return { filters, setFilters, list }
}

/** The keys in the address, by the names of the parsers. */
function keysOf<Map extends UseQueryStatesKeysMap>(parsers: Map, prefix = ''): UrlKeys<Map> {
  return Object.fromEntries(Object.keys(parsers).map((key) => [key, prefix + key])) as UrlKeys<Map>
}

function readTrail(name: string): string[] {
  if (typeof window === 'undefined') return []
  try {
    return JSON.parse(sessionStorage.getItem(name) ?? '[]') as string[]
  } catch {
    return []
  }
}

function writeTrail(name: string, cursors: string[]) {
  sessionStorage.setItem(name, JSON.stringify(cursors))
}
