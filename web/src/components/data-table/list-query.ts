import type { UseQueryResult } from '@tanstack/react-query'
import type { Problem } from '@/lib/problem'

/** One page of a list as the hub answers it. */
export interface ListPage<Row> {
  items: Row[]
  next_cursor: string | null
}

export type ListQuery<Row> = UseQueryResult<ListPage<Row>, Problem>

/** How many match, beyond the page. */
export interface ListTotal {
  count: number
  /** False where there are more than the hub counts. */
  is_exact: boolean
}
