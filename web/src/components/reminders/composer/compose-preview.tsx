'use client'

import { CircleCheckIcon } from 'lucide-react'
import { Alert, AlertDescription, AlertTitle } from '@/components/ui/alert'
import { cn } from '@/lib/cn'
import { useT } from '@/lib/i18n'
import { Sums } from '../marks'
import { MessageView, Refusals } from '../message-view'
import type { Preview } from './use-preview'
import { gathered } from './warnings'

/** The message as it would go out now, what speaks against sending it, and whether it says only what the books say. */
export function ComposePreview({
  preview,
  isBehind,
  language,
}: {
  preview: Preview
  isBehind: boolean
  language: string | null
}) {
  const t = useT('reminders')
  const { verdict } = preview
  // The refused passages stand below, each with its reason.
  const warnings = gathered(preview.warnings.filter(({ code }) => code !== 'refused_text'))
  return (
    <div
      aria-busy={isBehind}
      className={cn('flex min-w-0 flex-col gap-3 transition-opacity', isBehind && 'opacity-60')}
    >
      {warnings.length > 0 && (
        <Alert variant="warning">
          <AlertTitle>{t('compose.warnings', { count: warnings.length })}</AlertTitle>
          <AlertDescription>
            <ul className="flex flex-col gap-1">
              {warnings.map((sentence) => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ul>
          </AlertDescription>
        </Alert>
      )}
      {verdict.passes ? (
        <p className="flex items-center gap-2 text-muted-foreground" role="status">
          <CircleCheckIcon aria-hidden className="size-4 text-positive" strokeWidth={1.75} />
          {t('check.passes')}
        </p>
      ) : (
        <Alert variant="destructive">
          <AlertTitle>{t('check.refused', { count: verdict.refusals.length })}</AlertTitle>
          <AlertDescription>
            <Refusals refusals={verdict.refusals} />
          </AlertDescription>
        </Alert>
      )}
      <MessageView
        message={{
          subject: preview.subject,
          text: preview.text,
          html: preview.html,
          language,
          attachments: preview.attachments.map(({ name }) => name),
        }}
        refusals={verdict.refusals}
      />
      <p className="flex flex-wrap justify-between gap-x-4 border-t pt-2">
        <span className="text-muted-foreground">{t('compose.asks')}</span>
        <span className="font-medium">
          <Sums sums={preview.totals} />
        </span>
      </p>
    </div>
  )
}
