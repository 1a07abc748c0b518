'use client'

import type { Reminder } from '@/components/reminders/api'
import { reminderName } from '@/components/reminders/marks'
import { Alert, AlertDescription } from '@/components/ui/alert'
import { Button } from '@/components/ui/button'
import { Kbd } from '@/components/ui/kbd'
import { NONE } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import { ItemsTable } from './items-table'
import { ReminderFacts } from './facts-card'
import { ReminderMessage } from './message'
import type { Steps } from './use-steps'

interface Props {
  reminder: Reminder
  steps: Steps
  mayApprove: boolean
  mayReject: boolean
  onEdit: (() => void) | null
}

/** One message that waits for approval, all that it says and why it is there, with what can be decided. */
export function QueuePreview({ reminder, steps, mayApprove, mayReject, onEdit }: Props) {
  const t = useT('reminders')
  return (
    <article
      aria-label={reminderName(reminder)}
      className="flex min-w-0 flex-col gap-4 rounded-lg border bg-card p-4"
    >
      <header className="flex flex-wrap items-start justify-between gap-3">
        <h2 className="text-base font-semibold wrap-anywhere">
          <Link
            href={`/reminders/view/?id=${reminder.id}`}
            className="text-primary underline underline-offset-4"
          >
            {reminderName(reminder)}
          </Link>{' '}
          {reminder.customer_name ?? NONE}
        </h2>
        <div className="flex flex-wrap gap-2">
          {onEdit && (
            <Button variant="outline" size="sm" onClick={onEdit}>
              {t('step.edit')} <Kbd>E</Kbd>
            </Button>
          )}
          {mayReject && (
            <>
              <Button
                variant="outline"
                size="sm"
                disabled={steps.isPending}
                onClick={() => steps.skip(reminder)}
              >
                {t('step.skip')} <Kbd>S</Kbd>
              </Button>
              <Button
                variant="outline"
                size="sm"
                disabled={steps.isPending}
                onClick={() => steps.reject(reminder)}
              >
                {t('step.reject')} <Kbd>R</Kbd>
              </Button>
            </>
          )}
          {mayApprove && (
            <Button size="sm" disabled={steps.isPending} onClick={() => steps.approve(reminder)}>
              {t('step.approve')} <Kbd>A</Kbd>
            </Button>
          )}
        </div>
      </header>
      {mayReject && !mayApprove && (
        <Alert>
          <AlertDescription>{t('approve.byAdmin')}</AlertDescription>
        </Alert>
      )}
      <ReminderFacts
        reminder={reminder}
        className="xl:grid-cols-[minmax(6rem,auto)_minmax(0,1fr)_minmax(6rem,auto)_minmax(0,1fr)]"
      />
      <ReminderMessage reminder={reminder} />
      <ItemsTable reminder={reminder} />
    </article>
  )
}
