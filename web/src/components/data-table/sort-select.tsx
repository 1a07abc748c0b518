'use client'

import { ArrowDownWideNarrow, ArrowUpNarrowWide } from 'lucide-react'
import { Button } from '@/components/ui/button'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { useT } from '@/lib/i18n'
import type { DataTableOf } from './use-data-table'
import type { ListState } from './use-list'

/** The order of a list where there are no heads to press: on narrow screens. */
export function SortSelect<Row extends object>({
  table,
  list,
}: {
  table: DataTableOf<Row>
  list: ListState
}) {
  const t = useT('table')
  const name = list.sort.replace(/^-/, '')
  const descending = list.sort.startsWith('-')
  const choices = table.getAllLeafColumns().flatMap(({ columnDef: { meta } }) => (meta?.sort ? [meta] : []))
  const Icon = descending ? ArrowDownWideNarrow : ArrowUpNarrowWide
  return (
    <div className="flex gap-1 sm:hidden">
      <Select value={name} onValueChange={(next) => list.setSort(descending ? `-${next}` : next)}>
        <SelectTrigger aria-label={t('sortBy')} className="w-auto">
          <SelectValue placeholder={t('sortBy')} />
        </SelectTrigger>
        <SelectContent>
          {choices.map((meta) => (
            <SelectItem key={meta.sort} value={meta.sort!}>
              {meta.label}
            </SelectItem>
          ))}
        </SelectContent>
      </Select>
      <Button
        variant="outline"
        size="icon"
        aria-label={t(descending ? 'descending' : 'ascending')}
        onClick={() => list.setSort(descending ? name : `-${name}`)}
      >
        <Icon aria-hidden className="size-4" strokeWidth={1.75} />
      </Button>
    </div>
  )
}
