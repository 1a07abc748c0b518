import { QueryClient } from '@tanstack/react-query'
import { Problem } from './problem'

/** The hub's answers as they are kept in a tab: lists for half a minute, and no refusal is asked again. */
export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        retry: (failures, error) => failures < 2 && !(error instanceof Problem && error.status < 500),
      },
    },
  })
}
