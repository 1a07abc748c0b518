'use client'

import { CircleCheckIcon } from 'lucide-react'
import type { Reminder } from '@/components/reminders/api'
import { MessageView, Refusals } from '@/components/reminders/message-view'
import { Alert, AlertDescription, AlertTitle } from '@/components/ui/alert'
import { useT } from '@/lib/i18n'

/** A reminder's message, with what the fact check has against it and why the template wrote it, where it had to. */
export function ReminderMessage({ reminder }: { reminder: Reminder }) {
  const t = useT('reminders')
  const { verdict, subject, text, html, language, fell_back: fellBack } = reminder
  return (
    <div className="flex min-w-0 flex-col gap-3">
      {fellBack && (
        <Alert variant="warning">
          <AlertTitle>{t('message.fellBack')}</AlertTitle>
          <AlertDescription>{fellBack}</AlertDescription>
        </Alert>
      )}
      {!verdict.passes && (
        <Alert variant="destructive">
          <AlertTitle>{t('check.refused', { count: verdict.refusals.length })}</AlertTitle>
          <AlertDescription>
            <Refusals refusals={verdict.refusals} />
          </AlertDescription>
        </Alert>
      )}
      {verdict.passes && text !== null && (
        <p className="flex items-center gap-2 text-muted-foreground">
          <CircleCheckIcon aria-hidden className="size-4 text-positive" strokeWidth={1.75} />
          {t('check.passes')}
        </p>
      )}
      <MessageView
        message={{
          subject,
          text,
          html,
          language,
          attachments: reminder.attachments.map((kind) => t(`attachment.${kind}`)),
        }}
        refusals={verdict.refusals}
      />
    </div>
  )
}
