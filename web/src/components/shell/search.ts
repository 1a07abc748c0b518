'use client'

import { useEffect, useState } from 'react'
import { api } from '@/lib/api'

/** How long the typing has to pause before the hub is asked, in milliseconds. */
const PAUSE = 200

/** The invoices and customers that the hub finds for what is typed. */
export function useSearch(text: string) {
  const asked = usePaused(text, PAUSE)
  const query = api.useQuery(
    'get',
    '/api/search',
    { params: { query: { q: asked } } },
    { enabled: asked !== '' },
  )
  return {
    items: query.data?.items ?? [],
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
