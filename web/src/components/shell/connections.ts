'use client'

import { api } from '@/lib/api'
import { useSession } from '@/lib/session'

/** The connections, as the header shows them: asked after now and then even where nothing is streamed. */
export function useConnections() {
  const { tenant } = useSession()
  return api.useQuery('get', '/api/connections', {}, { enabled: tenant !== null, refetchInterval: 60_000 })
}
