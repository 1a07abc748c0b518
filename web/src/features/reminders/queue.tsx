'use client'

import { parseAsString, useQueryState } from 'nuqs'
import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react'
import type { ListQuery, Selection } from '@/components/data-table'
import { Region } from '@/components/region'
import type { Reminder, ReminderItem } from '@/components/reminders/api'
import { useReminder } from '@/components/reminders/api'
import { Skeleton } from '@/components/ui/skeleton'
import { useActions, useHotkeys } from '@/lib/hotkeys'
import { useT } from '@/lib/i18n'
import { useCan, useSession } from '@/lib/session'
import { QueueList } from './queue-list'
import { QueuePreview } from './queue-preview'
import { useSteps } from './use-steps'

// Forms come when they are asked for.
const Composer = lazy(() => import('@/components/reminders/composer/composer'))

interface Props {
  query: ListQuery<ReminderItem>
  selection: Selection<ReminderItem>
  empty: ReactNode
}

/** What waits for approval: the list at the left, at the right the one message that is being decided about. */
export function Queue({ query, selection, empty }: Props) {
  return (
    <Region
      query={query}
      skeleton={
        <div className="grid gap-4 lg:grid-cols-[22rem_minmax(0,1fr)]">
          <Skeleton className="h-96" />
          <Skeleton className="h-96" />
        </div>
      }
      isEmpty={({ items }) => items.length === 0}
      empty={empty}
    >
      {({ items }) => <Waiting items={items} selection={selection} />}
    </Region>
  )
}

function Waiting({ items, selection }: { items: ReminderItem[]; selection: Selection<ReminderItem> }) {
  const t = useT('reminders')
  const canApprove = useCan('approveReminder')
  const canEdit = useCan('updateReminder')
  const { role } = useSession()
  const [wanted, setWanted] = useQueryState('at', parseAsString)
  const [isEditing, setEditing] = useState(false)
  const found = items.findIndex(({ id }) => id === wanted)
  const at = Math.max(found, 0)
  const current = items[at]!
  const query = useReminder(current.id)
  // An answer of another one is never decided about.
  const reminder = query.data?.id === current.id ? query.data : undefined
  const goTo = (next: number) => {
    const item = items[Math.min(Math.max(next, 0), items.length - 1)]
    if (item) void setWanted(item.id)
  }
  const steps = useSteps(() => {
    // What was decided leaves the list: the one after it is next, and after the last the one before.
    const next = items[at + 1] ?? items[at - 1]
    void setWanted(next?.id ?? null)
  })
  const mayApprove = canApprove && (current.approve !== 'admin' || role === 'admin')

  useEffect(() => {
    document.querySelector(`[data-waiting="${current.id}"]`)?.scrollIntoView?.({ block: 'nearest' })
  }, [current.id])
  useHotkeys({
    j: () => goTo(at + 1),
    k: () => goTo(at - 1),
    arrowdown: () => goTo(at + 1),
    arrowup: () => goTo(at - 1),
    x: () => selection.toggle(current.id),
    escape: () => selection.clear(),
  })
  useActions(
    reminder === undefined || steps.isPending
      ? []
      : [
          ...(mayApprove
            ? [
                {
                  id: 'reminder.approve',
                  label: t('step.approve'),
                  keys: 'a',
                  run: () => steps.approve(reminder),
                },
              ]
            : []),
          ...(canApprove
            ? [
                {
                  id: 'reminder.reject',
                  label: t('step.reject'),
                  keys: 'r',
                  run: () => steps.reject(reminder),
                },
                { id: 'reminder.skip', label: t('step.skip'), keys: 's', run: () => steps.skip(reminder) },
              ]
            : []),
          ...(canEdit
            ? [{ id: 'reminder.edit', label: t('step.edit'), keys: 'e', run: () => setEditing(true) }]
            : []),
        ],
  )

  return (
    <div className="grid min-w-0 gap-4 lg:grid-cols-[22rem_minmax(0,1fr)]">
      <QueueList
        items={items}
        current={current.id}
        onShow={(id) => void setWanted(id)}
        selection={canApprove ? selection : null}
      />
      <Region
        query={{ ...query, data: reminder }}
        skeleton={<Skeleton className="h-96 w-full" />}
        className="min-w-0"
      >
        {(shown: Reminder) => (
          <QueuePreview
            reminder={shown}
            steps={steps}
            mayApprove={mayApprove}
            mayReject={canApprove}
            onEdit={canEdit ? () => setEditing(true) : null}
          />
        )}
      </Region>
      {steps.dialog}
      <Suspense>
        {isEditing && reminder && <Composer reminder={reminder} onClose={() => setEditing(false)} />}
      </Suspense>
    </div>
  )
}
