'use client'

import { PaperclipIcon } from 'lucide-react'
import { useState } from 'react'
import { Tabs, TabsContent, TabsList, TabsTrigger } from '@/components/ui/tabs'
import { useT } from '@/lib/i18n'
import { partsOf } from './refused-text'
import type { Refusal } from './api'

interface Message {
  subject: string | null
  text: string | null
  /** Without it there is only the plain text. */
  html: string | null
  language: string | null
  /** The names of the files that go with it. */
  attachments: string[]
}

/** A message as its reader will have it: as a page, as plain text, and what is attached. */
export function MessageView({ message, refusals = [] }: { message: Message; refusals?: Refusal[] }) {
  const t = useT('reminders')
  const { subject, text, html, attachments } = message
  const language = message.language ?? undefined
  // What is refused is marked in the plain text: who has to mend it begins there.
  const [chosen, setChosen] = useState<string | null>(null)
  const shown = chosen ?? (refusals.length > 0 || html === null ? 'text' : 'html')
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <p className="font-semibold wrap-anywhere" lang={language}>
        {subject ? (
          <RefusedText text={subject} refusals={refusals.filter((each) => each.in_subject)} />
        ) : (
          <span className="font-normal text-muted-foreground">{t('message.noSubject')}</span>
        )}
      </p>
      <Tabs value={shown} onValueChange={setChosen} className="gap-2">
        <TabsList aria-label={t('message.views')}>
          {html !== null && <TabsTrigger value="html">{t('message.html')}</TabsTrigger>}
          <TabsTrigger value="text">{t('message.text')}</TabsTrigger>
          {attachments.length > 0 && (
            <TabsTrigger value="attachments">
              {t('message.attachments', { count: attachments.length })}
            </TabsTrigger>
          )}
        </TabsList>
        {html !== null && (
          <TabsContent value="html">
            {/* No script, no form and no way out of the frame: the text may be anybody's. */}
            <iframe
              title={t('message.frame')}
              sandbox=""
              srcDoc={html}
              className="h-96 w-full rounded-md border"
            />
          </TabsContent>
        )}
        <TabsContent value="text">
          <div
            className="max-h-96 overflow-y-auto rounded-md border p-3 leading-6 wrap-anywhere whitespace-pre-wrap"
            lang={language}
            tabIndex={0}
            role="region"
            aria-label={t('message.text')}
          >
            {text === null ? (
              <span className="text-muted-foreground">{t('message.notWritten')}</span>
            ) : (
              <RefusedText text={text} refusals={refusals.filter((each) => !each.in_subject)} />
            )}
          </div>
        </TabsContent>
        {attachments.length > 0 && (
          <TabsContent value="attachments">
            <ul className="flex flex-col gap-1 rounded-md border p-3">
              {attachments.map((name) => (
                <li key={name} className="flex items-center gap-2">
                  <PaperclipIcon aria-hidden className="size-4 text-muted-foreground" strokeWidth={1.75} />
                  {name}
                </li>
              ))}
            </ul>
          </TabsContent>
        )}
      </Tabs>
    </div>
  )
}

/** A text with what the fact check refuses underlined; the reasons are listed by `Refusals`. */
export function RefusedText({ text, refusals }: { text: string; refusals: readonly Refusal[] }) {
  return (
    <>
      {partsOf(text, refusals).map((part, at) =>
        part.refusals.length > 0 ? (
          <mark
            key={at}
            title={part.refusals.map((number) => refusals[number]?.reason).join(' ')}
            className="rounded-sm bg-negative/15 text-foreground underline decoration-negative decoration-wavy decoration-1 underline-offset-4"
          >
            {part.text}
          </mark>
        ) : (
          part.text
        ),
      )}
    </>
  )
}

/** What the fact check has against a text, a line for each span. */
export function Refusals({ refusals }: { refusals: readonly Refusal[] }) {
  const t = useT('reminders')
  return (
    <ul className="flex flex-col gap-1" aria-label={t('check.refusals')}>
      {refusals.map(({ start, span, code, reason }) => (
        <li key={`${start} ${code}`} className="wrap-anywhere">
          <q className="font-medium text-foreground">{shortened(span)}</q> <span>{reason}</span>
        </li>
      ))}
    </ul>
  )
}

/** So much of a passage is enough to find it by. */
const LONGEST = 80
const shortened = (span: string) => (span.length > LONGEST ? `${span.slice(0, LONGEST)}…` : span)
