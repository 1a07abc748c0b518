'use client'

import { CircleCheckIcon } from 'lucide-react'
import { MessageView, Refusals } from '@/components/reminders/message-view'
import { Alert, AlertDescription, AlertTitle } from '@/components/ui/alert'
import { useT } from '@/lib/i18n'
import type { Filled } from './api'

/** What a customer would read, with what the fact check says of it. */
export function TriedMessage({ message }: { message: Filled }) {
  const t = useT('writing')
  const { verdict, subject, text, html, language, customer_name: customer } = message
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <p className="text-muted-foreground">{t('tried.to', { customer })}</p>
      {verdict.passes ? (
        <p className="flex items-center gap-2 text-muted-foreground">
          <CircleCheckIcon aria-hidden className="size-4 text-positive" strokeWidth={1.75} />
          {t('tried.passes')}
        </p>
      ) : (
        <Alert variant="destructive">
          <AlertTitle>{t('tried.refused', { count: verdict.refusals.length })}</AlertTitle>
          <AlertDescription>
            <Refusals refusals={verdict.refusals} />
          </AlertDescription>
        </Alert>
      )}
      <MessageView message={{ subject, text, html, language, attachments: [] }} refusals={verdict.refusals} />
    </div>
  )
}
