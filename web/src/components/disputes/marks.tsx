'use client'

import { Status } from '@/components/status'
import { NONE, useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { daysBetween } from '@/lib/today'
import { type DisputeStatus, STATUS_TONES, useDisputeWords } from './words'

export function DisputeStatusMark({ status }: { status: DisputeStatus }) {
  const words = useDisputeWords()
  return <Status tone={STATUS_TONES[status]}>{words.status(status)}</Status>
}

interface Reasoned {
  code: string | null
  code_by: string | null
  p_code: number | null
  is_sure: boolean | null
}

/** Why somebody does not pay: the reason, with its probability unless a person said so, or that nobody knows yet. */
export function ReasonMark({ dispute }: { dispute: Reasoned }) {
  const t = useT('disputes')
  const words = useDisputeWords()
  const format = useFormat()
  const { code, code_by: by, p_code: probability, is_sure: isSure } = dispute
  if (code === null) return <span className="text-muted-foreground">{t('reason.none')}</span>
  return (
    <span className="inline-flex items-baseline gap-2 whitespace-nowrap">
      <span>{words.code(code)}</span>
      {by !== 'person' && <span className="text-primary">{format.probability(probability)}</span>}
      {by !== 'person' && isSure === false && (
        <Status tone="warning" className="text-xs">
          {t('reason.notSure')}
        </Status>
      )}
    </span>
  )
}

/** What is objected to; all that is open of the invoice where nobody said how much. */
export function DisputedAmount({
  dispute: { amount, currency, is_all: isAll },
}: {
  dispute: { amount: string; currency: string | null; is_all: boolean }
}) {
  const t = useT('disputes')
  const format = useFormat()
  if (currency === null) return <>{NONE}</>
  return (
    <>
      {isAll && (
        <span className="mr-2 text-xs whitespace-nowrap text-muted-foreground">{t('amount.all')}</span>
      )}
      <span className="whitespace-nowrap">{format.money(amount, currency)}</span>
    </>
  )
}

/** How many days are left until an answer is due, or since when it has been. */
export function DaysLeft({ due, today, isOver }: { due: string; today: string; isOver: boolean }) {
  const t = useT('disputes')
  const format = useFormat()
  const left = daysBetween(today, due)
  if (isOver) return <>{NONE}</>
  return (
    <span title={format.day(due)} className="whitespace-nowrap">
      {left < 0 ? (
        <Status tone="negative">{t('due.over', { count: -left })}</Status>
      ) : left <= 1 ? (
        <Status tone="warning">{t('due.left', { count: left })}</Status>
      ) : (
        t('due.left', { count: left })
      )}
    </span>
  )
}

/** What a dispute is called: `D-12`. */
export const disputeName = ({ number }: { number: number }) => `D-${number}`
