import type { UseQueryResult } from '@tanstack/react-query'

/** One page of a list as the hub answers it. */
export interface ListPage<Row> {
  items: Row[]
  next_cursor: string | null
}

export type ListQuery<Row> = Pick<
  UseQueryResult<ListPage<Row>, unknown>,
  'data' | 'error' | 'isPlaceholderData' | 'refetch'
>

/** How many match, beyond the page. */
export interface ListTotal {
  count: number
  /** False where there are more than the hub counts. */
  is_exact: boolean
}
