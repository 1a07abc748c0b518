'use client'

import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from '@/components/ui/button'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import type { ListTotal } from './list-query'
import type { Selection } from './use-selection'

/** What is chosen, at the foot of the window, with what can be done with it. */
export function BulkBar<Row>({
  selection,
  total,
  summary,
  children,
}: {
  selection: Selection<Row>
  total: ListTotal | undefined
  /** What the chosen rows come to: amounts by currency. */
  summary?: ReactNode
  /** The actions. */
  children: ReactNode
}) {
  const t = useT('table')
  const format = useFormat()
  if (selection.isEmpty) return null
  const count = selection.everything ? (total?.count ?? 0) : selection.rows.size
  const canTakeAll =
    !selection.everything && selection.page === true && total !== undefined && total.count > count
  return (
    <section
      aria-label={t('selection')}
      className="sticky bottom-4 z-20 mx-auto flex w-fit max-w-full flex-wrap items-center gap-x-3 gap-y-2 rounded-lg border bg-popover py-2 pr-2 pl-4 shadow-lg"
    >
      <span role="status" className="whitespace-nowrap">
        {t(selection.everything ? 'allSelected' : 'selected', { count, shown: format.number(count) })}
      </span>
      {summary !== undefined && <span className="text-muted-foreground">{summary}</span>}
      {canTakeAll && (
        <Button variant="link" size="sm" className="px-0" onClick={selection.selectEverything}>
          {t(total.is_exact ? 'selectEverything' : 'selectEverythingMore', {
            total: format.number(total.count),
          })}
        </Button>
      )}
      {children}
      <Button variant="ghost" size="icon" aria-label={t('clearSelection')} onClick={selection.clear}>
        <X aria-hidden className="size-4" strokeWidth={1.75} />
      </Button>
    </section>
  )
}
