'use client'

import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { client } from '@/lib/api'
import { bodyOf, type Asking } from './draft'

/** How long the typing has to pause before the hub is asked, in milliseconds. */
const PAUSE = 400

/**
 * The message that a draft would become, read again whenever the draft has rested for a moment; the one before stays
 * until the next has come. `isBehind` while what is shown is not of the draft as it is.
 */
export function usePreview(draft: Asking) {
  const wanted = JSON.stringify(bodyOf(draft))
  const asked = usePaused(wanted, PAUSE)
  const query = useQuery({
    // Apart from what live news ask for anew: a writer may write differently the next time.
    queryKey: ['reminder-preview', asked],
    enabled: asked !== 'null',
    queryFn: async ({ signal }) => {
      const body = JSON.parse(asked) as NonNullable<ReturnType<typeof bodyOf>>
      return (await client.POST('/api/reminders/preview', { body, signal })).data!
    },
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    retry: false,
  })
  return { ...query, isBehind: wanted !== asked || query.isPlaceholderData || query.isPending }
}

export type Preview = NonNullable<ReturnType<typeof usePreview>['data']>

function usePaused(value: string, milliseconds: number): string {
  const [paused, setPaused] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setPaused(value), milliseconds)
    return () => clearTimeout(timer)
  }, [value, milliseconds])
  return paused
}
