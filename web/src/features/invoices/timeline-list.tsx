'use client'

import { useLedgerWords } from '@/components/ledger/words'
import type { InvoiceStatus } from '@/components/ledger/words'
import { cn } from '@/lib/cn'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import type { TimelineEvent } from './timeline'

const DOTS: Record<TimelineEvent['kind'], string> = {
  issued: 'bg-actual',
  due: 'bg-warning',
  recorded: 'bg-actual',
  status: 'bg-actual',
  dueMoved: 'bg-warning',
  totalChanged: 'bg-warning',
  applied: 'bg-positive',
  reversed: 'bg-negative',
  predicted: 'bg-primary',
}

export function TimelineList({ events, currency }: { events: TimelineEvent[]; currency: string }) {
  const format = useFormat()
  const say = useTimelineWords(currency)
  return (
    <ol className="flex flex-col">
      {events.map((event) => (
        <li
          key={event.id}
          className="relative flex gap-3 pb-3 last:pb-0 [&:last-child>span:first-child]:hidden"
        >
          <span aria-hidden className="absolute top-4 bottom-0 left-[3px] w-px bg-border" />
          <span aria-hidden className={cn('mt-1.5 size-[7px] shrink-0 rounded-full', DOTS[event.kind])} />
          <div className="flex min-w-0 flex-1 flex-wrap justify-between gap-x-4">
            <span className="min-w-0">{say(event)}</span>
            <time dateTime={event.at} className="whitespace-nowrap text-muted-foreground">
              {event.at.length > 10 ? format.instant(event.at) : format.day(event.at)}
            </time>
          </div>
        </li>
      ))}
    </ol>
  )
}

function useTimelineWords(currency: string): (event: TimelineEvent) => string {
  const t = useT('invoices')
  const words = useLedgerWords()
  const settledBy = useSettlementWords()
  const format = useFormat()
  return (event) => {
    switch (event.kind) {
      case 'issued':
      case 'due':
      case 'recorded':
        return t(`timeline.${event.kind}`)
      case 'status':
        return t('timeline.status', {
          from: words.status(event.from as InvoiceStatus),
          to: words.status(event.to as InvoiceStatus),
        })
      case 'dueMoved':
        return t('timeline.dueMoved', { from: format.day(event.from), to: format.day(event.to) })
      case 'totalChanged':
        return t('timeline.totalChanged', {
          from: format.money(event.from, currency),
          to: format.money(event.to, currency),
        })
      case 'applied':
      case 'reversed':
        return t(`timeline.${event.kind}`, {
          kind: settledBy(event.settledBy),
          amount: format.money(event.amount, currency),
        })
      case 'predicted':
        return event.before === null
          ? t('timeline.predicted', {
              day: format.day(event.expectedOn),
              probability: format.probability(event.pLate30),
            })
          : t('timeline.predictionMoved', {
              day: format.day(event.expectedOn),
              from: format.probability(event.before),
              to: format.probability(event.pLate30),
            })
    }
  }
}

const KINDS = [
  'payment',
  'credit_memo',
  'prepayment',
  'overpayment',
  'discount',
  'withholding',
  'write_off',
  'journal',
  'opening',
] as const

/** What kinds of allocations are called. */
export function useSettlementWords(): (kind: string) => string {
  const t = useT('invoices')
  return (kind) => t(`settled.${KINDS.find((each) => each === kind) ?? 'other'}`)
}
