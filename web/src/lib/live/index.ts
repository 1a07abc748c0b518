'use client'

import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useSession } from '../session'
import { isUnder, type News, touchedBy } from './news'
import { listen } from './source'

/** How much time lies between two rounds of asking anew, in milliseconds: a sync tells of itself twice a second. */
const ROUND = 1_000

/** Keeps what is on screen up to date with what happens in the tenant. Mounted once, by the shell. */
export function useLive(): void {
  const queryClient = useQueryClient()
  const tenant = useSession().tenant?.key
  useEffect(() => {
    if (!tenant) return
    const rounds = askAnew(queryClient)
    const stop = listen(rounds.told)
    return () => {
      stop()
      rounds.stop()
    }
  }, [queryClient, tenant])
}

/** Has the answers that news touch asked for anew, in rounds, and not before the page is visible. */
export function askAnew(queryClient: QueryClient): { told: (news: News) => void; stop: () => void } {
  let touched = new Set<string>()
  let isAll = false
  let isResting = false
  let rest: ReturnType<typeof setTimeout> | undefined

  const round = () => {
    if (isResting || document.visibilityState === 'hidden' || (touched.size === 0 && !isAll)) return
    const prefixes = touched
    const all = isAll
    touched = new Set()
    isAll = false
    isResting = true
    rest = setTimeout(() => {
      isResting = false
      round()
    }, ROUND)
    void queryClient.invalidateQueries({
      predicate: ({ queryKey: [, address] }) =>
        typeof address === 'string' && address !== '/api/session' && (all || isUnder(address, prefixes)),
    })
  }
  document.addEventListener('visibilitychange', round)
  return {
    told: (news) => {
      const prefixes = touchedBy(news)
      if (prefixes === null) isAll = true
      else for (const prefix of prefixes) touched.add(prefix)
      round()
    },
    stop: () => {
      clearTimeout(rest)
      document.removeEventListener('visibilitychange', round)
    },
  }
}
