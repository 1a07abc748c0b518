'use client'

import { once, useDisputesChanged } from '@/components/disputes/api'
import { useConfirm } from '@/components/confirm'
import { useProblemText } from '@/components/problem-alert'
import { Region } from '@/components/region'
import { Status, type Tone } from '@/components/status'
import { Button } from '@/components/ui/button'
import { Card, CardContent, CardHeader, CardTitle } from '@/components/ui/card'
import { Skeleton } from '@/components/ui/skeleton'
import { api } from '@/lib/api'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { useCan } from '@/lib/session'
import { toast } from '@/lib/toast'
import { type Adjustment, useAdjustments } from './api'

const TONES: Record<Adjustment['status'], Tone> = {
  pending: 'warning',
  sending: 'accent',
  written_back: 'accent',
  confirmed: 'positive',
  failed: 'negative',
  cancelled: 'neutral',
}

/** What was granted and how far it is on its way into the books; nothing where nothing was. */
export function AdjustmentsCard({ disputeId }: { disputeId: string }) {
  const t = useT('disputes')
  const query = useAdjustments(disputeId)
  if (query.data?.items.length === 0) return null
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t('adjustments.title')}</CardTitle>
      </CardHeader>
      <CardContent>
        <Region query={query} skeleton={<Skeleton className="h-12 w-full" />}>
          {({ items }) => (
            <ul className="divide-y">
              {items.map((each) => (
                <AdjustmentLine key={each.id} adjustment={each} />
              ))}
            </ul>
          )}
        </Region>
      </CardContent>
    </Card>
  )
}

function AdjustmentLine({ adjustment }: { adjustment: Adjustment }) {
  const t = useT('disputes')
  const format = useFormat()
  const confirm = useConfirm()
  const say = useProblemText()
  const changed = useDisputesChanged()
  const canWrite = useCan('writeBackAdjustment')
  const canCancel = useCan('cancelAdjustment')
  const writing = api.useMutation('post', '/api/adjustments/{adjustment_id}/write-back')
  const cancelling = api.useMutation('post', '/api/adjustments/{adjustment_id}/cancel')
  const amount = format.money(adjustment.amount, adjustment.currency)
  const kind = t(`adjustmentKind.${adjustment.kind}`)
  const onError = (error: unknown) => {
    const { title, detail } = say(error)
    toast.error(title, { description: detail })
  }
  const params = { path: { adjustment_id: adjustment.id }, header: once() }
  const waits = adjustment.status === 'pending' || adjustment.status === 'failed'
  // Asked for again, what nobody knows yet is found out; it is written once all the same.
  const mayWrite = canWrite && (waits || (adjustment.status === 'sending' && adjustment.error !== null))
  const mayCancel = canCancel && waits
  const write = async () => {
    const question = {
      title: t('adjustments.writeTitle', { kind, amount }),
      detail: t('adjustments.writeDetail'),
      action: t('adjustments.write'),
    }
    if (!(await confirm(question))) return
    writing.mutate(
      { params },
      { onSuccess: () => void changed().then(() => toast.success(t('adjustments.writing'))), onError },
    )
  }
  const cancel = async () => {
    const question = {
      title: t('adjustments.cancelTitle', { kind, amount }),
      detail: t('adjustments.cancelDetail'),
      action: t('adjustments.cancel'),
    }
    if (!(await confirm({ ...question, tone: 'destructive' }))) return
    cancelling.mutate(
      { params },
      { onSuccess: () => void changed().then(() => toast.success(t('adjustments.cancelled'))), onError },
    )
  }
  return (
    <li className="flex flex-col gap-1.5 py-2 first:pt-0 last:pb-0">
      <span className="flex flex-wrap items-baseline justify-between gap-x-4">
        <span className="font-medium">{kind}</span>
        <span className="font-medium">{amount}</span>
      </span>
      <span className="flex flex-wrap items-baseline gap-x-3">
        <Status tone={TONES[adjustment.status]}>{t(`adjustmentStatus.${adjustment.status}`)}</Status>
        {adjustment.external_id && (
          <span className="font-mono text-xs text-muted-foreground">
            {adjustment.number ?? adjustment.external_id}
          </span>
        )}
      </span>
      {adjustment.error && <p className="text-negative">{adjustment.error}</p>}
      {adjustment.status === 'pending' && (
        <p className="text-xs text-muted-foreground">{t('adjustments.pending')}</p>
      )}
      {(mayWrite || mayCancel) && (
        <span className="flex flex-wrap gap-2">
          {mayWrite && (
            <Button variant="outline" size="sm" disabled={writing.isPending} onClick={() => void write()}>
              {t('adjustments.write')}
            </Button>
          )}
          {mayCancel && (
            <Button variant="ghost" size="sm" disabled={cancelling.isPending} onClick={() => void cancel()}>
              {t('adjustments.cancel')}
            </Button>
          )}
        </span>
      )}
    </li>
  )
}
