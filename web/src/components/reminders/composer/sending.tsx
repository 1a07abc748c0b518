'use client'

import { type ReactNode, useState } from 'react'
import { useConfirm } from '@/components/confirm'
import { ProblemAlert } from '@/components/problem-alert'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { SheetFooter } from '@/components/ui/sheet'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { useRouter } from '@/lib/nav'
import { toast } from '@/lib/toast'
import type { Reminder } from '../api'
import { reminderName } from '../marks'
import { type Asking, isWhole } from './draft'
import type { Preview } from './use-preview'
import { useSending, type Wish } from './use-sending'

/** The writer that says the same of the same facts. */
export const TEMPLATE = 'template_writer'

interface Props {
  begun: Reminder | null
  draft: Asking
  /** The message of the draft as it is; undefined while it is on its way. */
  shown: Preview | undefined
  onDone: () => void
  cancel: ReactNode
}

/** What can be done with what is composed: tested, kept, given to approval, scheduled, sent. */
export function Sending({ begun, draft, shown, onDone, cancel }: Props) {
  const t = useT('reminders')
  const format = useFormat()
  const confirm = useConfirm()
  const router = useRouter()
  const sending = useSending(begun)
  const [at, setAt] = useState('')
  const [isChecked, setChecked] = useState(false)
  // What is waiting, or was approved, is only changed here: it keeps its time, and needs approval anew.
  const isDraft = sending.kept === null || sending.kept.status === 'draft'
  const isReady = shown !== undefined && !sending.isPending && (draft.words === null || isWhole(draft.words))
  const maySend = isReady && (draft.recipients ?? shown.recipients).length > 0
  const instant = at === '' || Number.isNaN(Date.parse(at)) ? null : new Date(at).toISOString()

  const run = async (wish: Wish) => {
    if (shown === undefined) return
    const isMeant = wish.then !== 'send' || (await confirm(question(shown)))
    if (!isMeant) return
    // What is kept is what was shown. The template says the same again; another writer might not.
    const isRepeatable = draft.words === null && shown.writer === TEMPLATE
    const words = isRepeatable ? null : { subject: shown.subject, text: shown.text }
    const asShown = { ...draft, words, recipients: shown.recipients }
    sending.mutate(
      { draft: asShown, wish },
      {
        onSuccess: (reminder) => {
          if (wish.then === 'test') {
            toast.success(t('compose.tested'))
            return
          }
          toast.success(t(`compose.done.${doneAs(reminder.status)}`, { name: reminderName(reminder) }), {
            action: {
              label: t('compose.show'),
              onClick: () => router.push(`/reminders/view/?id=${reminder.id}`),
            },
          })
          onDone()
        },
      },
    )
  }
  const question = (message: Preview) => ({
    title: t('compose.confirm'),
    detail: (
      <>
        <p>
          {t('compose.confirmDetail', {
            recipients: message.recipients.length,
            invoices: draft.invoiceIds.length,
            amount: message.totals.map((sum) => format.money(sum.amount, sum.currency)).join(' + '),
          })}
        </p>
        {!message.verdict.passes && (
          <p className="mt-2 text-negative">
            {t('approve.refusedDetail', { count: message.verdict.refusals.length })}
          </p>
        )}
      </>
    ),
    action: t('compose.send'),
  })

  return (
    <SheetFooter className="-mx-5 -mb-5 flex-col gap-3 border-t bg-popover p-4 lg:sticky lg:-bottom-5">
      {sending.error ? <ProblemAlert error={sending.error} /> : null}
      <div className="flex w-full flex-wrap items-end gap-2">
        {cancel}
        <Button variant="outline" disabled={!isReady} onClick={() => void run({ then: 'test' })}>
          {t('compose.test')}
        </Button>
        <Button
          variant={isDraft ? 'outline' : 'default'}
          disabled={!isReady}
          onClick={() => void run({ then: 'draft' })}
        >
          {t(isDraft ? 'compose.save' : 'compose.saveChanges')}
        </Button>
        {isDraft && (
          <div className="ml-auto flex flex-wrap items-end gap-2">
            <Field
              label={t('compose.at')}
              error={isChecked && instant === null ? t('compose.atMissing') : undefined}
              className="w-52"
            >
              <Input type="datetime-local" value={at} onChange={(event) => setAt(event.target.value)} />
            </Field>
            <Button
              variant="outline"
              disabled={!maySend}
              onClick={() => {
                setChecked(true)
                if (instant !== null) void run({ then: 'schedule', at: instant })
              }}
            >
              {t('compose.schedule')}
            </Button>
            <Button variant="outline" disabled={!maySend} onClick={() => void run({ then: 'approval' })}>
              {t('compose.approval')}
            </Button>
            <Button disabled={!maySend} onClick={() => void run({ then: 'send' })}>
              {t('compose.send')}
            </Button>
          </div>
        )}
      </div>
    </SheetFooter>
  )
}

/** Which words say what became of it. */
function doneAs(status: Reminder['status']): 'draft' | 'to_approve' | 'approved' {
  return status === 'draft' || status === 'to_approve' ? status : 'approved'
}
