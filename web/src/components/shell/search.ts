'use client'

import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { send } from '@/lib/api'
import type { Recent } from '@/lib/recents'

/** How long the typing has to pause before the hub is asked, in milliseconds. */
const PAUSE = 200

/** The invoices and customers that the hub finds for what is typed. */
export function useSearch(text: string) {
  const asked = usePaused(text, PAUSE)
  const query = useQuery({
    queryKey: ['get', '/api/search', asked],
    enabled: asked !== '',
    queryFn: async ({ signal }) => {
      const address = new URL(`/api/search?q=${encodeURIComponent(asked)}`, globalThis.location.href)
      const response = await send(new Request(address, { signal }))
      return ((await response.json()) as { items: Recent[] }).items
    },
  })
  return {
    items: query.data ?? [],
    isSearching: text !== '' && (text !== asked || query.isPending),
    isFailed: query.isError,
  }
}

/** Whether every word of `text` is in `label`; marks on letters make no difference. */
export function matches(label: string, text: string): boolean {
  const folded = fold(label)
  return fold(text)
    .split(/\s+/)
    .every((word) => folded.includes(word))
}

const fold = (text: string) => text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase().trim()

function usePaused(value: string, milliseconds: number): string {
  const [paused, setPaused] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setPaused(value), milliseconds)
    return () => clearTimeout(timer)
  }, [value, milliseconds])
  return value === '' ? '' : paused
}
