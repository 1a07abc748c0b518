'use client'

import { useCallback, useMemo, useState } from 'react'

export interface Selection<Row> {
  /** The chosen rows by id, those of other pages among them; empty while `everything` is chosen. */
  rows: ReadonlyMap<string, Row>
  /** All that match the filter, on whatever page: what is done with them is asked for by the filter, not by ids. */
  everything: boolean
  isEmpty: boolean
  isSelected: (id: string) => boolean
  /** With `range`, all rows of the page from the one chosen last to this one. */
  toggle: (id: string, range?: boolean) => void
  togglePage: () => void
  /** true, false or "indeterminate", as a checkbox has it. */
  page: boolean | 'indeterminate'
  selectEverything: () => void
  clear: () => void
}

interface State<Row> {
  scope: string
  rows: ReadonlyMap<string, Row>
  everything: boolean
  anchor: string | null
}

/** Which rows are chosen. `scope` names the filter: with another one, nothing is. */
export function useSelection<Row>(
  pageRows: Row[],
  rowId: (row: Row) => string,
  scope: string,
): Selection<Row> {
  const [kept, setState] = useState<State<Row>>(() => none(scope))
  const state = kept.scope === scope ? kept : none<Row>(scope)
  const { rows, everything, anchor } = state
  const ids = useMemo(() => pageRows.map(rowId), [pageRows, rowId])
  const onPage = everything ? ids.length : ids.filter((id) => rows.has(id)).length

  const toggle = useCallback(
    (id: string, range = false) => {
      const next = new Map(everything ? pageRows.map((row) => [rowId(row), row]) : rows)
      const chosen = !next.has(id)
      const from = range && anchor !== null ? ids.indexOf(anchor) : -1
      const to = ids.indexOf(id)
      const [first, last] = from < 0 ? [to, to] : [Math.min(from, to), Math.max(from, to)]
      for (const row of pageRows.slice(first, last + 1)) {
        if (chosen) next.set(rowId(row), row)
        else next.delete(rowId(row))
      }
      setState({ scope, rows: next, everything: false, anchor: id })
    },
    [anchor, everything, ids, pageRows, rowId, rows, scope],
  )
  const togglePage = useCallback(() => {
    const next = new Map(everything ? [] : rows)
    for (const row of pageRows) {
      if (onPage === ids.length) next.delete(rowId(row))
      else next.set(rowId(row), row)
    }
    setState({ scope, rows: next, everything: false, anchor: null })
  }, [everything, ids.length, onPage, pageRows, rowId, rows, scope])

  return {
    rows,
    everything,
    isEmpty: !everything && rows.size === 0,
    isSelected: (id) => everything || rows.has(id),
    toggle,
    togglePage,
    page: onPage === 0 ? false : onPage === ids.length ? true : 'indeterminate',
    selectEverything: () => setState({ scope, rows: new Map(), everything: true, anchor: null }),
    clear: () => setState(none(scope)),
  }
}

function none<Row>(scope: string): State<Row> {
  return { scope, rows: new Map(), everything: false, anchor: null }
}
