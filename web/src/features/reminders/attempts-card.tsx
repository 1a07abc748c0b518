'use client'

import { useState } from 'react'
import type { Reminder } from '@/components/reminders/api'
import { RefusedText, Refusals } from '@/components/reminders/message-view'
import { Card, CardContent, CardHeader, CardTitle } from '@/components/ui/card'
import { useT } from '@/lib/i18n'

/** The drafts that the fact check refused, with what it had against each; nothing where none was. */
export function AttemptsCard({ reminder }: { reminder: Reminder }) {
  const t = useT('reminders')
  const refused = reminder.attempts.filter(
    ({ subject, text, refusals }) =>
      refusals.length > 0 && !(subject === reminder.subject && text === reminder.text),
  )
  if (refused.length === 0) return null
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t('attempts.title')}</CardTitle>
      </CardHeader>
      <CardContent className="flex flex-col gap-3">
        {refused.map((attempt, at) => (
          <Attempt key={at} attempt={attempt} number={at + 1} language={reminder.language} />
        ))}
      </CardContent>
    </Card>
  )
}

function Attempt({
  attempt,
  number,
  language,
}: {
  attempt: Reminder['attempts'][number]
  number: number
  language: string
}) {
  const t = useT('reminders')
  const [isOpen, setOpen] = useState(false)
  const inText = attempt.refusals.filter((each) => !each.in_subject)
  return (
    <details
      className="border-t pt-3 first:border-0 first:pt-0"
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary className="cursor-pointer">
        {t('attempts.one', { number, writer: attempt.writer, count: attempt.refusals.length })}
      </summary>
      {isOpen && (
        <div className="mt-2 flex flex-col gap-3">
          <Refusals refusals={attempt.refusals} />
          <div className="rounded-md border p-3 wrap-anywhere whitespace-pre-wrap" lang={language}>
            <p className="font-semibold">{attempt.subject}</p>
            <RefusedText text={attempt.text} refusals={inText} />
          </div>
        </div>
      )}
    </details>
  )
}
