'use client'

import { lazy, Suspense, useState } from 'react'
import type { Selection } from '@/components/data-table'
import { useConfirm } from '@/components/confirm'
import { useProblemText } from '@/components/problem-alert'
import { once, type ReminderItem, useRemindersChanged } from '@/components/reminders/api'
import { Button } from '@/components/ui/button'
import { api } from '@/lib/api'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { toast } from '@/lib/toast'
import type { ReminderTotals } from './api'
import type { ReminderFilters, Sort } from './filters'
import type { BulkStep } from './steps'
import { countsOf, sumsOf } from './sums-of'

// Dialogs come when they are asked for.
const ReasonDialog = lazy(() => import('./reason-dialog'))
const BulkFailures = lazy(() => import('./bulk-failures'))

interface Props {
  steps: readonly BulkStep[]
  selection: Selection<ReminderItem>
  totals: ReminderTotals | undefined
  /** What is chosen where all that match are. */
  filter: ReminderFilters & { sort: Sort }
}

export type Failure = { id: string; code: string; detail: string }

/** One step for all chosen reminders: what it comes to is said before, and what became of it after. */
export function BulkButtons({ steps, selection, totals, filter }: Props) {
  const t = useT('reminders')
  const format = useFormat()
  const say = useProblemText()
  const confirm = useConfirm()
  const changed = useRemindersChanged()
  const send = api.useMutation('post', '/api/reminders/bulk')
  const [asking, setAsking] = useState<Exclude<BulkStep, 'approve'> | null>(null)
  const [failures, setFailures] = useState<Failure[]>([])
  const counts = countsOf(selection, totals)
  const amount = sumsOf(selection, totals)
    .map((each) => format.money(each.amount, each.currency))
    .join(' + ')

  const run = (action: BulkStep, reason?: string) =>
    send.mutate(
      {
        params: { header: once() },
        body: {
          action,
          ...(selection.everything ? { filter } : { ids: [...selection.rows.keys()] }),
          ...(reason ? { reason } : {}),
        },
      },
      {
        onSuccess: ({ done, failed }) => {
          void changed()
          selection.clear()
          setAsking(null)
          const sentence = t('bulk.done', { done: done.length, failed: failed.length })
          if (failed.length === 0) toast.success(sentence)
          else
            toast.warning(sentence, {
              duration: 15_000,
              action: { label: t('bulk.show'), onClick: () => setFailures(failed) },
            })
        },
        onError: (error) => {
          void changed()
          if (action === 'approve') {
            const { title, detail } = say(error)
            toast.error(title, { description: detail })
          }
        },
      },
    )
  const approve = async () => {
    const isMeant = await confirm({
      title: t('bulk.title', counts),
      detail: t('bulk.detail', { amount }),
      action: t('bulk.send', { count: counts.reminders }),
    })
    if (isMeant) run('approve')
  }

  return (
    <>
      {steps.map((step) => (
        <Button
          key={step}
          size="sm"
          variant={step === 'approve' ? 'default' : 'outline'}
          disabled={send.isPending}
          onClick={() => {
            if (step === 'approve') return void approve()
            send.reset()
            setAsking(step)
          }}
        >
          {step === 'approve' ? t('bulk.title', counts) : t(`step.${step}`)}
        </Button>
      ))}
      <Suspense>
        {asking && (
          <ReasonDialog
            title={t(`bulk.ask.${asking}`, { count: counts.reminders })}
            detail={t('bulk.detail', { amount })}
            action={t(`step.${asking}`)}
            isNeeded={asking !== 'cancel'}
            error={send.error}
            isPending={send.isPending}
            onSay={(reason) => run(asking, reason)}
            onClose={() => setAsking(null)}
          />
        )}
        {failures.length > 0 && <BulkFailures failures={failures} onClose={() => setFailures([])} />}
      </Suspense>
    </>
  )
}
