'use client'

import { type ReactNode, useMemo, useState } from 'react'
import { useConfirm } from '@/components/confirm'
import { Empty } from '@/components/empty'
import { Region } from '@/components/region'
import { Button } from '@/components/ui/button'
import { Checkbox } from '@/components/ui/checkbox'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Sheet, SheetContent, SheetDescription, SheetHeader, SheetTitle } from '@/components/ui/sheet'
import { Skeleton } from '@/components/ui/skeleton'
import { Textarea } from '@/components/ui/textarea'
import { useLocale, useT } from '@/lib/i18n'
import { type Reminder, useChannels, useWriters } from '../api'
import { reminderName } from '../marks'
import { LANGUAGES, TONES, type Tone, useReminderWords } from '../words'
import { Choice } from './choices'
import { ComposePreview } from './compose-preview'
import { CustomerChoice } from './customer-choice'
import { type Asking, type Draft, draftOf, emptyDraft, isWhole, optOutsOf, overdueFirst } from './draft'
import { InvoicesField, useInvoicesToAsk } from './invoices-field'
import { RecipientsField } from './recipients-field'
import { Sending, TEMPLATE } from './sending'
import { UnderWay } from './under-way'
import { type Preview, usePreview } from './use-preview'

export interface ComposerProps {
  /** A reminder that is worked on; without it a new one is composed. */
  reminder?: Reminder
  /** To whom a new one goes; without it the reader chooses. */
  customer?: { id: string; name: string }
  /** What a new one asks for; without it what is overdue. */
  invoiceIds?: string[]
  onClose: () => void
}

/** Composes a reminder: whom it asks for what, how it is worded, and beside it the message as it would go out. */
export default function Composer({ reminder, customer, invoiceIds, onClose }: ComposerProps) {
  const t = useT('reminders')
  const c = useT('common')
  const confirm = useConfirm()
  const [begun] = useState<Draft>(() =>
    reminder ? draftOf(reminder) : emptyDraft(customer ?? null, invoiceIds),
  )
  const [draft, setDraft] = useState(begun)
  const change = (some: Partial<Draft>) => setDraft((before) => ({ ...before, ...some }))
  const isDirty = draft.words !== begun.words

  const close = async () => {
    const isLeaving =
      !isDirty ||
      (await confirm({
        title: t('compose.leave'),
        detail: t('compose.leaveDetail'),
        action: t('compose.leaveAction'),
        tone: 'destructive',
      }))
    if (isLeaving) onClose()
  }

  return (
    <Sheet open onOpenChange={(isOpen) => !isOpen && void close()}>
      <SheetContent className="w-[min(72rem,100vw)]">
        <SheetHeader>
          <SheetTitle>
            {reminder ? t('compose.edit', { name: reminderName(reminder) }) : t('compose.title')}
          </SheetTitle>
          <SheetDescription>{t('compose.detail')}</SheetDescription>
        </SheetHeader>
        <Form
          begun={reminder ?? null}
          fixedCustomer={reminder !== undefined || customer !== undefined}
          draft={draft}
          change={change}
          onDone={onClose}
          cancel={
            <Button variant="ghost" onClick={() => void close()}>
              {c('actions.cancel')}
            </Button>
          }
        />
      </SheetContent>
    </Sheet>
  )
}

interface FormProps {
  begun: Reminder | null
  fixedCustomer: boolean
  draft: Draft
  change: (some: Partial<Draft>) => void
  onDone: () => void
  cancel: ReactNode
}

function Form({ begun, fixedCustomer, draft: typed, change, onDone, cancel }: FormProps) {
  const t = useT('reminders')
  const { data: open } = useInvoicesToAsk(begun === null ? (typed.customer?.id ?? null) : null)
  const draft: Asking = { ...typed, invoiceIds: typed.invoiceIds ?? overdueFirst(open?.items ?? []) }
  const preview = usePreview(draft)
  const shown = preview.data

  return (
    <div className="flex min-h-0 flex-1 flex-col gap-4">
      <div className="grid min-w-0 gap-6 lg:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-4">
          {fixedCustomer ? (
            <p>
              <span className="text-muted-foreground">{t('columns.customer')}</span>{' '}
              <span className="font-medium">{draft.customer?.name}</span>
            </p>
          ) : (
            <Field label={t('columns.customer')}>
              <CustomerChoice
                value={draft.customer}
                onChange={(customer) => change({ ...emptyDraft(customer), statement: draft.statement })}
              />
            </Field>
          )}
          {draft.customer && (
            <>
              {begun === null ? (
                <InvoicesField
                  customerId={draft.customer.id}
                  chosen={draft.invoiceIds}
                  onChange={(invoiceIds) => change({ invoiceIds })}
                  error={typed.invoiceIds?.length === 0 ? t('compose.invoicesMissing') : undefined}
                />
              ) : (
                <p>
                  <span className="text-muted-foreground">{t('compose.invoices')}</span>{' '}
                  {begun.items
                    .filter(({ dropped }) => dropped === null)
                    .map(({ number }) => number)
                    .join(', ')}
                </p>
              )}
              <UnderWay customerId={draft.customer.id} but={begun?.id} />
              <Wording draft={draft} change={change} shown={shown} />
            </>
          )}
        </div>
        <section aria-label={t('compose.preview')} className="min-w-0 lg:sticky lg:top-0 lg:self-start">
          {draft.customer === null || draft.invoiceIds.length === 0 ? (
            <Empty
              className="rounded-lg border"
              title={t('compose.nothingYet')}
              detail={t('compose.nothingYetDetail')}
            />
          ) : (
            <Region query={preview} skeleton={<Skeleton className="h-96 w-full" />}>
              {(found) => (
                <ComposePreview preview={found} isBehind={preview.isBehind} language={draft.language} />
              )}
            </Region>
          )}
        </section>
      </div>
      <Sending
        begun={begun}
        draft={draft}
        shown={preview.isBehind || preview.error ? undefined : shown}
        onDone={onDone}
        cancel={cancel}
      />
    </div>
  )
}

function Wording({
  draft,
  change,
  shown,
}: {
  draft: Draft
  change: (some: Partial<Draft>) => void
  shown: Preview | undefined
}) {
  const t = useT('reminders')
  const words = useReminderWords()
  const { locale } = useLocale()
  const channels = useChannels()
  const recipients = draft.recipients ?? shown?.recipients ?? []
  const optOuts = optOutsOf(recipients, shown?.warnings ?? [])
  const languages = useMemo(() => {
    const names = new Intl.DisplayNames([locale], { type: 'language' })
    return LANGUAGES.map((value) => ({ value, label: names.of(value) ?? value }))
  }, [locale])
  const writers = useWriters().data?.items.filter((each) => each.is_ready) ?? []
  const toDebtors = channels.data?.items.filter(({ purpose }) => purpose === 'debtors') ?? []
  const subject = draft.words?.subject ?? shown?.subject ?? ''
  const text = draft.words?.text ?? shown?.text ?? ''

  return (
    <>
      <RecipientsField
        recipients={recipients}
        onChange={(next) => change({ recipients: next })}
        optOuts={optOuts}
        error={draft.recipients?.length === 0 ? t('compose.recipientsMissing') : undefined}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <Choice
          label={t('columns.channel')}
          automatic={t('compose.defaultChannel')}
          value={draft.channelId}
          options={toDebtors.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={(channelId) => change({ channelId })}
        />
        <Choice
          label={t('columns.tone')}
          value={draft.tone}
          options={TONES.map((tone) => ({ value: tone, label: words.tone(tone) }))}
          onChange={(tone) => change({ tone: tone as Tone })}
        />
        <Choice
          label={t('columns.language')}
          automatic={t('compose.customersLanguage')}
          value={draft.language}
          options={languages}
          onChange={(language) => change({ language })}
        />
        {writers.length > 1 && (
          <Choice
            label={t('compose.writer')}
            automatic={t('compose.template')}
            value={draft.writer}
            options={writers
              .filter(({ plugin }) => plugin !== TEMPLATE)
              .map(({ plugin, name }) => ({ value: plugin, label: name }))}
            onChange={(writer) => change({ writer })}
          />
        )}
      </div>
      <Field label={t('compose.statement')} layout="inline">
        <Checkbox
          checked={draft.statement}
          onCheckedChange={(checked) => change({ statement: checked === true })}
        />
      </Field>
      <Field label={t('compose.subject')}>
        <Input
          autoComplete="off"
          maxLength={250}
          value={subject}
          onChange={(event) => change({ words: { subject: event.target.value, text } })}
        />
      </Field>
      <Field
        label={t('compose.text')}
        help={t('compose.textHelp')}
        error={draft.words && !isWhole(draft.words) ? t('compose.wordsMissing') : undefined}
      >
        <Textarea
          rows={12}
          maxLength={20_000}
          className="max-h-96"
          value={text}
          onChange={(event) => change({ words: { subject, text: event.target.value } })}
        />
      </Field>
      {draft.words !== null && (
        <div>
          <Button variant="outline" size="sm" onClick={() => change({ words: null })}>
            {t('compose.writeAnew')}
          </Button>
        </div>
      )}
    </>
  )
}
