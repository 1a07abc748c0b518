'use client'

import { useCallback, useEffect, useMemo } from 'react'
import { create } from 'zustand'
import { createJSONStorage, persist } from 'zustand/middleware'
import type { components } from './schema'
import { useSession } from './session'

/** An invoice or customer as the search shows it. */
export type Recent = components['schemas']['Found']

const KEPT = 6

interface Store {
  byTenant: Record<string, Recent[]>
  note: (tenant: string, record: Recent) => void
}

const useStore = create<Store>()(
  persist(
    (set) => ({
      byTenant: {},
      note: (tenant, record) =>
        set(({ byTenant }) => {
          const before = (byTenant[tenant] ?? []).filter(({ id }) => id !== record.id)
          return { byTenant: { ...byTenant, [tenant]: [record, ...before].slice(0, KEPT) } }
        }),
    }),
    // It holds names out of the ledger, so it ends with the tab.
    { name: 'paypredict.recents', storage: createJSONStorage(() => sessionStorage) },
  ),
)

const NOTHING: Recent[] = []

/** What was opened last in a tenant, the newest first, and how to add to it. */
export function useRecents(tenant: string | undefined) {
  const recents = useStore(({ byTenant }) => (tenant && byTenant[tenant]) || NOTHING)
  const add = useStore((state) => state.note)
  const note = useCallback(
    (record: Recent) => {
      if (tenant) add(tenant, record)
    },
    [add, tenant],
  )
  return useMemo(() => ({ recents, note }), [recents, note])
}

/** Counts a record as opened last, once it is there and again where its name changes. */
export function useNoteRecent(record: Recent | undefined): void {
  const { note } = useRecents(useSession().tenant?.key)
  const { kind, id, title, detail } = record ?? {}
  useEffect(() => {
    if (kind && id && title !== undefined && detail !== undefined) note({ kind, id, title, detail })
  }, [kind, id, title, detail, note])
}
