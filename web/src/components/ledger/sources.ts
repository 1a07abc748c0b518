'use client'

import { useMemo } from 'react'
import { api } from '@/lib/api'
import { useT } from '@/lib/i18n'

/** Under which id records stand that people entered in the hub itself. */
const BY_HAND = '00000000-0000-8000-8000-6d616e75616c'

/** What the connections are called that records come from, by id. */
export function useSources(): (connectionId: string) => string {
  const t = useT('ledger')
  const { data } = api.useQuery('get', '/api/connections', {}, { staleTime: 300_000 })
  return useMemo(() => {
    const names = new Map(data?.items.map((each) => [each.id, each.name]))
    return (id: string) => (id === BY_HAND ? t('source.byHand') : (names.get(id) ?? t('source.removed')))
  }, [data, t])
}
