'use client'

import { useConfirm } from '@/components/confirm'
import { useProblemText } from '@/components/problem-alert'
import { Button } from '@/components/ui/button'
import { api } from '@/lib/api'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import { useCan } from '@/lib/session'
import { toast } from '@/lib/toast'
import { useToday } from '@/lib/today'
import { once, type PromiseItem, usePromisesChanged } from './api'
import { PromiseStatusMark } from './marks'

interface PromiseLinesProps {
  promises: PromiseItem[]
  /** Names the invoice of each. */
  withInvoice?: boolean
}

/** Promises one below the other: what was said by whom, and what became of it. */
export function PromiseLines({ promises, withInvoice = false }: PromiseLinesProps) {
  return (
    <ul className="divide-y">
      {promises.map((each) => (
        <Line key={each.id} promise={each} withInvoice={withInvoice} />
      ))}
    </ul>
  )
}

const CHANNELS = ['portal', 'phone', 'email', 'letter', 'api'] as const

function Line({ promise, withInvoice }: { promise: PromiseItem; withInvoice: boolean }) {
  const t = useT('promises')
  const format = useFormat()
  const today = useToday()
  const canCancel = useCan('cancelPromise') && promise.status === 'open'
  const money = (amount: string) => format.money(amount, promise.currency)
  const channel = CHANNELS.find((each) => each === promise.channel)
  const how = channel ? t(`channel.${channel}`) : promise.channel
  return (
    <li className="flex min-w-0 flex-col gap-1 py-2 first:pt-0 last:pb-0">
      <span className="flex flex-wrap items-baseline justify-between gap-x-4">
        <span className="flex flex-wrap items-baseline gap-x-3">
          <span className="font-medium">
            {promise.paid_on
              ? t('paidOn', { day: format.day(promise.paid_on) })
              : t('by', { day: format.day(promise.promised_on) })}
          </span>
          <PromiseStatusMark status={promise.status} />
        </span>
        <span className="tabular-nums">{money(promise.amount)}</span>
      </span>
      <span className="flex flex-wrap items-baseline justify-between gap-x-4 text-muted-foreground">
        {withInvoice && (
          <Link
            href={`/invoices/view/?id=${promise.invoice_id}`}
            className="text-primary underline-offset-4 hover:underline"
          >
            {promise.invoice_number ?? promise.invoice_id}
          </Link>
        )}
        <span className="wrap-anywhere">
          {promise.made_by ? t('saidBy', { who: promise.made_by, how }) : how}
        </span>
        <span>{format.instant(promise.made_at)}</span>
      </span>
      {promise.note && <p className="wrap-anywhere">{promise.note}</p>}
      {promise.status === 'open' && (
        <p className="text-muted-foreground">
          {promise.until < today ? t('waits') : t('until', { day: format.day(promise.until) })}
        </p>
      )}
      {Number(promise.paid) > 0 && promise.status !== 'kept' && (
        <p className="text-muted-foreground">
          {t('part', { paid: money(promise.paid), amount: money(promise.amount) })}
        </p>
      )}
      {(promise.times > 0 || canCancel) && (
        <span className="flex flex-wrap items-center justify-between gap-x-4">
          <span className="text-muted-foreground">
            {promise.times > 0 && t('putOff', { count: promise.times })}
          </span>
          {canCancel && <Cancel promise={promise} />}
        </span>
      )}
    </li>
  )
}

function Cancel({ promise }: { promise: PromiseItem }) {
  const t = useT('promises')
  const format = useFormat()
  const confirm = useConfirm()
  const say = useProblemText()
  const changed = usePromisesChanged()
  const cancel = api.useMutation('post', '/api/promises/{promise_id}/cancel')
  const run = async () => {
    const words = { title: t('cancel.title'), detail: t('cancel.detail'), action: t('cancel.confirm') }
    if (!(await confirm(words))) return
    cancel.mutate(
      { params: { path: { promise_id: promise.id }, header: once() } },
      {
        onSuccess: () => {
          void changed()
          toast.success(t('cancel.done'))
        },
        onError: (error) => {
          const { title, detail } = say(error)
          toast.error(title, { description: detail })
        },
      },
    )
  }
  return (
    <Button
      variant="outline"
      size="sm"
      disabled={cancel.isPending}
      aria-label={t('cancel.actionOf', { day: format.day(promise.promised_on) })}
      onClick={() => void run()}
    >
      {t('cancel.action')}
    </Button>
  )
}
