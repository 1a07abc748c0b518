'use client'

import { useState } from 'react'
import { once, useDisputesChanged } from '@/components/disputes/api'
import { ProblemAlert } from '@/components/problem-alert'
import { Region } from '@/components/region'
import { Button } from '@/components/ui/button'
import { Card, CardContent, CardHeader, CardTitle } from '@/components/ui/card'
import { Field } from '@/components/ui/field'
import { Skeleton } from '@/components/ui/skeleton'
import { Textarea } from '@/components/ui/textarea'
import { api } from '@/lib/api'
import { cn } from '@/lib/cn'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { type DisputeEvent, useDisputeHistory } from './api'
import { useEventWords } from './event-words'

const DOTS: Partial<Record<DisputeEvent['kind'], string>> = {
  opened: 'bg-warning',
  reopened: 'bg-warning',
  moved: 'bg-primary',
  commented: 'bg-primary',
  adjusted: 'bg-positive',
  written_back: 'bg-positive',
}

/** What happened to the dispute and what people wrote beside it, the newest first, with a field to write more. */
export function HistoryCard({
  disputeId,
  currency,
  canComment,
}: {
  disputeId: string
  currency: string | null
  canComment: boolean
}) {
  const t = useT('disputes')
  const query = useDisputeHistory(disputeId)
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t('history.title')}</CardTitle>
      </CardHeader>
      <CardContent className="flex flex-col gap-4">
        {canComment && <CommentForm disputeId={disputeId} />}
        <Region query={query} skeleton={<Skeleton className="h-40 w-full" />}>
          {({ items }) => <Events events={items} currency={currency} />}
        </Region>
      </CardContent>
    </Card>
  )
}

function Events({ events, currency }: { events: DisputeEvent[]; currency: string | null }) {
  const t = useT('disputes')
  const format = useFormat()
  const say = useEventWords(currency)
  const whoOf = ({ by, by_kind: kind }: DisputeEvent) =>
    kind === 'system' || kind === 'policy' ? t(`history.${kind}`) : by
  return (
    <ol className="flex flex-col">
      {[...events].reverse().map((event) => (
        <li
          key={event.id}
          className="relative flex gap-3 pb-3 last:pb-0 [&:last-child>span:first-child]:hidden"
        >
          <span aria-hidden className="absolute top-4 bottom-0 left-[3px] w-px bg-border" />
          <span
            aria-hidden
            className={cn('mt-1.5 size-[7px] shrink-0 rounded-full', DOTS[event.kind] ?? 'bg-actual')}
          />
          <div className="flex min-w-0 flex-1 flex-wrap justify-between gap-x-4">
            <div className="min-w-0">
              <p>
                {say(event)}{' '}
                <span className="text-muted-foreground">{t('history.by', { name: whoOf(event) })}</span>
              </p>
              {event.text && (
                <p className="mt-1 rounded-md border px-3 py-2 wrap-anywhere whitespace-pre-wrap">
                  {event.text}
                </p>
              )}
            </div>
            <time dateTime={event.at} className="whitespace-nowrap text-muted-foreground">
              {format.instant(event.at)}
            </time>
          </div>
        </li>
      ))}
    </ol>
  )
}

function CommentForm({ disputeId }: { disputeId: string }) {
  const t = useT('disputes')
  const changed = useDisputesChanged()
  const write = api.useMutation('post', '/api/disputes/{dispute_id}/comments')
  const [text, setText] = useState('')
  return (
    <form
      className="flex flex-col items-start gap-2"
      onSubmit={(event) => {
        event.preventDefault()
        if (text.trim() === '') return
        write.mutate(
          {
            params: { path: { dispute_id: disputeId }, header: once() },
            body: { text: text.trim() },
          },
          {
            onSuccess: () => {
              setText('')
              void changed()
            },
          },
        )
      }}
    >
      {write.error ? <ProblemAlert error={write.error} className="w-full" /> : null}
      <Field label={t('history.comment')} help={t('history.commentHelp')} className="w-full">
        <Textarea
          data-comment=""
          rows={2}
          maxLength={4000}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </Field>
      <Button type="submit" size="sm" disabled={write.isPending || text.trim() === ''}>
        {t('history.add')}
      </Button>
    </form>
  )
}
