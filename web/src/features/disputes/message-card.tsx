'use client'

import { ExternalLink } from 'lucide-react'
import { Card, CardAction, CardContent, CardHeader, CardTitle } from '@/components/ui/card'
import { useDisputeWords } from '@/components/disputes/words'
import { useLocale, useT } from '@/lib/i18n'
import type { Dispute } from './api'
import { partsOf } from './spans'

/** What the customer wrote, the words that speak for a reason marked in it. */
export function MessageCard({ dispute, code }: { dispute: Dispute; code: string | null }) {
  const t = useT('disputes')
  const words = useDisputeWords()
  const { locale } = useLocale()
  const label = dispute.reading?.labels.find((each) => each.code === code)
  const spans = label?.spans ?? []
  const language = dispute.reading?.language
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t('message.title')}</CardTitle>
        {language && language !== 'und' && (
          <CardAction className="text-xs text-muted-foreground">
            {new Intl.DisplayNames([locale], { type: 'language' }).of(language)}
          </CardAction>
        )}
      </CardHeader>
      <CardContent className="flex flex-col gap-3">
        {/* Whatever it says is shown as text: it is a stranger's. */}
        <p className="leading-6 wrap-anywhere whitespace-pre-wrap" lang={language ?? undefined}>
          {partsOf(dispute.text, spans).map((part, at) =>
            part.speaks ? (
              <mark
                key={at}
                className="rounded-sm bg-primary/15 text-foreground underline decoration-primary decoration-2 underline-offset-4"
              >
                {part.text}
              </mark>
            ) : (
              part.text
            ),
          )}
        </p>
        {spans.length > 0 && code && (
          <p className="text-xs text-muted-foreground">{t('message.marked', { reason: words.code(code) })}</p>
        )}
        {dispute.context && (
          <details className="border-t pt-3">
            <summary className="cursor-pointer text-muted-foreground">{t('message.context')}</summary>
            <p className="mt-2 border-l-2 pl-3 wrap-anywhere whitespace-pre-wrap text-muted-foreground">
              {dispute.context}
            </p>
          </details>
        )}
        {dispute.attachments.length > 0 && (
          <ul className="flex flex-wrap gap-x-4 gap-y-1 border-t pt-3" aria-label={t('message.attachments')}>
            {dispute.attachments.map(({ title, url }) => (
              <li key={`${title} ${url}`}>
                {url ? (
                  <a
                    href={url}
                    target="_blank"
                    rel="noreferrer noopener"
                    className="inline-flex items-center gap-1 text-primary underline-offset-4 hover:underline"
                  >
                    {title}
                    <ExternalLink aria-hidden className="size-3.5" strokeWidth={1.75} />
                    <span className="sr-only">{t('message.newWindow')}</span>
                  </a>
                ) : (
                  title
                )}
              </li>
            ))}
          </ul>
        )}
      </CardContent>
    </Card>
  )
}
