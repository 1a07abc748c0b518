'use client'

import type { Selection } from '@/components/data-table'
import type { ReminderItem } from '@/components/reminders/api'
import { reminderName, Sums } from '@/components/reminders/marks'
import { useReminderWords } from '@/components/reminders/words'
import { Status } from '@/components/status'
import { Checkbox } from '@/components/ui/checkbox'
import { cn } from '@/lib/cn'
import { NONE, useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'

interface Props {
  items: ReminderItem[]
  current: string
  onShow: (id: string) => void
  /** Null where nothing is decided by this reader. */
  selection: Selection<ReminderItem> | null
}

/** What waits, in its order; the one that is shown beside it is marked. */
export function QueueList({ items, current, onShow, selection }: Props) {
  const t = useT('reminders')
  const words = useReminderWords()
  const format = useFormat()
  return (
    <section aria-label={t('queue.list')} className="min-w-0">
      {selection && (
        <div className="flex items-center gap-2 px-3 pb-2">
          <Checkbox
            aria-label={t('queue.selectPage')}
            checked={selection.page}
            onCheckedChange={() => selection.togglePage()}
          />
          <span className="text-xs text-muted-foreground" aria-hidden>
            {t('queue.selectPage')}
          </span>
        </div>
      )}
      <ul className="max-h-72 divide-y overflow-y-auto rounded-lg border bg-card lg:max-h-[calc(100dvh-18rem)]">
        {items.map((item) => {
          const isCurrent = item.id === current
          return (
            <li
              key={item.id}
              data-waiting={item.id}
              className={cn('flex items-start gap-2 px-3 py-2', isCurrent && 'bg-accent')}
            >
              {selection && (
                <Checkbox
                  className="mt-1"
                  aria-label={t('queue.select', { name: reminderName(item) })}
                  checked={selection.isSelected(item.id)}
                  onClick={(event) => {
                    event.preventDefault()
                    selection.toggle(item.id, event.shiftKey)
                  }}
                />
              )}
              <button
                type="button"
                aria-current={isCurrent ? 'true' : undefined}
                onClick={() => onShow(item.id)}
                className="flex min-w-0 flex-1 flex-col gap-0.5 text-left"
              >
                <span className="flex w-full items-baseline justify-between gap-x-3">
                  <span className="min-w-0 truncate font-medium">{item.customer_name ?? NONE}</span>
                  <Sums sums={item.totals} />
                </span>
                <span className="w-full truncate text-muted-foreground">
                  {item.subject ?? t('message.noSubject')}
                </span>
                <span className="flex flex-wrap items-baseline gap-x-3 text-xs text-muted-foreground">
                  <span>{reminderName(item)}</span>
                  <span>{words.tone(item.tone)}</span>
                  <span>{format.instant(item.scheduled_at)}</span>
                  {item.fell_back && <Status tone="warning">{t('queue.fellBack')}</Status>}
                </span>
              </button>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
