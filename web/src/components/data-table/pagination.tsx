'use client'

import { ChevronLeft, ChevronRight, ChevronsLeft } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from '@/components/ui/button'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import type { ListPage, ListTotal } from './list-query'
import { type ListState, PAGE_SIZES, type PageSize } from './use-list'

interface Props {
  list: ListState
  page: ListPage<unknown> | undefined
  total: ListTotal | undefined
  /** Called when the next page is likely to be wanted. */
  onPrefetch?: (cursor: string) => void
  /** Sums of what matches. */
  children?: ReactNode
}

/** "1–50 of 412" with the ways to other pages, and what the list sums to. */
export function Pagination({ list, page, total, onPrefetch, children }: Props) {
  const t = useT('table')
  const format = useFormat()
  const next = page?.next_cursor ?? null
  const shown = page?.items.length ?? 0
  const first = (list.page - 1) * list.per + 1
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 py-2">
      <div className="min-w-0 flex-1 basis-80 text-muted-foreground">{children}</div>
      <div className="ml-auto flex flex-wrap items-center gap-x-4 gap-y-2">
        <Select value={String(list.per)} onValueChange={(per) => list.setPer(Number(per) as PageSize)}>
          <SelectTrigger aria-label={t('perPage')} className="w-auto">
            <SelectValue />
          </SelectTrigger>
          <SelectContent>
            {PAGE_SIZES.map((size) => (
              <SelectItem key={size} value={String(size)}>
                {t('rowsPerPage', { count: size })}
              </SelectItem>
            ))}
          </SelectContent>
        </Select>
        <span role="status" className="whitespace-nowrap text-muted-foreground">
          {shown > 0 &&
            t(total === undefined ? 'range' : total.is_exact ? 'rangeOf' : 'rangeOfMore', {
              first: format.number(first),
              last: format.number(first + shown - 1),
              total: format.number(total?.count ?? 0),
            })}
        </span>
        <div className="flex gap-1">
          <Button
            variant="outline"
            size="icon"
            aria-label={t('firstPage')}
            disabled={list.cursor === null}
            onClick={list.goFirst}
          >
            <ChevronsLeft aria-hidden className="size-4" strokeWidth={1.75} />
          </Button>
          <Button
            variant="outline"
            size="icon"
            aria-label={t('previousPage')}
            disabled={!list.canGoBack}
            onClick={list.goPrevious}
          >
            <ChevronLeft aria-hidden className="size-4" strokeWidth={1.75} />
          </Button>
          <Button
            variant="outline"
            size="icon"
            aria-label={t('nextPage')}
            disabled={next === null}
            onPointerEnter={() => next && onPrefetch?.(next)}
            onFocus={() => next && onPrefetch?.(next)}
            onClick={() => next && list.goNext(next)}
          >
            <ChevronRight aria-hidden className="size-4" strokeWidth={1.75} />
          </Button>
        </div>
      </div>
    </div>
  )
}
