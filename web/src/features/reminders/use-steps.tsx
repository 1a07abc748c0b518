'use client'

import { lazy, type ReactNode, Suspense, useState } from 'react'
import { useConfirm } from '@/components/confirm'
import { useProblemText } from '@/components/problem-alert'
import { reminderName } from '@/components/reminders/marks'
import type { Reminder } from '@/components/reminders/api'
import { useT } from '@/lib/i18n'
import { toast } from '@/lib/toast'
import { type Taken, useStep } from './steps'

const ReasonDialog = lazy(() => import('./reason-dialog'))

type Said = 'reject' | 'skip'

/**
 * What a person does with one reminder, each with what is asked before and said after. `dialog` is to be drawn;
 * `done` is called once a step was taken.
 */
export function useSteps(done: (reminder: Reminder) => void = () => undefined) {
  const t = useT('reminders')
  const say = useProblemText()
  const confirm = useConfirm()
  const step = useStep()
  const [asking, setAsking] = useState<{ reminder: Reminder; step: Said } | null>(null)
  const onError = (error: unknown) => {
    const { title, detail } = say(error)
    toast.error(title, { description: detail })
  }
  // Not by the callbacks of `mutate`, which nobody hears once the list has no more rows to show.
  const take = async (reminder: Reminder, taken: Taken) => {
    await step.mutateAsync({ reminder, taken })
    toast.success(t(`stepped.${taken.step}`, { name: reminderName(reminder) }))
    done(reminder)
  }
  const takeAtOnce = (reminder: Reminder, taken: Taken) => void take(reminder, taken).catch(onError)

  const approve = async (reminder: Reminder) => {
    const refused = reminder.verdict.refusals.length
    const isMeant =
      refused === 0 ||
      (await confirm({
        title: t('approve.refused', { name: reminderName(reminder) }),
        detail: t('approve.refusedDetail', { count: refused }),
        action: t('step.approve'),
      }))
    if (isMeant) takeAtOnce(reminder, { step: 'approve' })
  }
  const retry = async (reminder: Reminder) => {
    const isMeant = await confirm({
      title: t('retry.title', { name: reminderName(reminder) }),
      detail: t('retry.detail', { recipients: reminder.recipients.length }),
      action: t('step.retry'),
    })
    if (isMeant) takeAtOnce(reminder, { step: 'retry' })
  }
  const cancel = async (reminder: Reminder) => {
    const isMeant = await confirm({
      title: t('ask.cancel', { name: reminderName(reminder) }),
      detail: t('ask.cancelDetail'),
      action: t('step.cancel'),
    })
    if (isMeant) takeAtOnce(reminder, { step: 'cancel' })
  }
  const settle = async (reminder: Reminder, wasSent: boolean) => {
    const isMeant = await confirm({
      title: t(wasSent ? 'settle.sentTitle' : 'settle.unsentTitle', { name: reminderName(reminder) }),
      detail: t(wasSent ? 'settle.sentDetail' : 'settle.unsentDetail'),
      action: t(wasSent ? 'settle.sent' : 'settle.unsent'),
    })
    if (isMeant) takeAtOnce(reminder, { step: 'settle', wasSent })
  }
  const send = async (reminder: Reminder, amount: string) => {
    const isMeant = await confirm({
      title: t('compose.confirm'),
      detail: t('compose.confirmDetail', {
        recipients: reminder.recipients.length,
        invoices: reminder.items.filter(({ dropped }) => dropped === null).length,
        amount,
      }),
      action: t('compose.send'),
    })
    if (isMeant) takeAtOnce(reminder, { step: 'schedule', at: null })
  }

  const dialog: ReactNode = asking && (
    <Suspense>
      <ReasonDialog
        title={t(`ask.${asking.step}`, { name: reminderName(asking.reminder) })}
        detail={t(`ask.${asking.step}Detail`)}
        action={t(`step.${asking.step}`)}
        isNeeded
        error={step.error}
        isPending={step.isPending}
        onSay={(reason) =>
          // What fails is said in the dialog.
          void take(asking.reminder, { step: asking.step, reason }).then(
            () => setAsking(null),
            () => undefined,
          )
        }
        onClose={() => setAsking(null)}
      />
    </Suspense>
  )
  const ask = (reminder: Reminder, asked: Said) => {
    step.reset()
    setAsking({ reminder, step: asked })
  }
  return {
    isPending: step.isPending,
    approve: (reminder: Reminder) => void approve(reminder),
    reject: (reminder: Reminder) => ask(reminder, 'reject'),
    skip: (reminder: Reminder) => ask(reminder, 'skip'),
    cancel: (reminder: Reminder) => void cancel(reminder),
    retry: (reminder: Reminder) => void retry(reminder),
    send: (reminder: Reminder, amount: string) => void send(reminder, amount),
    settle: (reminder: Reminder, wasSent: boolean) => void settle(reminder, wasSent),
    dialog,
  }
}

export type Steps = ReturnType<typeof useSteps>
