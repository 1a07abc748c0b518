'use client'

import { useEffect } from 'react'

/** The rows that a list showed last, so that a record's page can lead to its neighbours. Kept for this tab. */
const key = (name: string) => `paypredict.trail.${name}`

/** Remembers the rows of a list page in their order. */
export function useRecordTrail(name: string, ids: string[] | undefined): void {
  useEffect(() => {
    if (ids) sessionStorage.setItem(key(name), JSON.stringify(ids))
  }, [name, ids])
}

/** The ids before and after `id` in the list of that name as it was shown last; null at its ends and outside it. */
export function neighbours(name: string, id: string): { previous: string | null; next: string | null } {
  const ids = readIds(name)
  const at = ids.indexOf(id)
  if (at < 0) return { previous: null, next: null }
  return { previous: ids[at - 1] ?? null, next: ids[at + 1] ?? null }
}

function readIds(name: string): string[] {
  if (typeof window === 'undefined') return []
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(key(name)) ?? '[]')
    return Array.isArray(kept) ? kept.filter((each) => typeof each === 'string') : []
  } catch {
    return []
  }
}
