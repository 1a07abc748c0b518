'use client'

import { BanknoteIcon, CalendarClockIcon, MailIcon, MessageSquareIcon, ScaleIcon } from 'lucide-react'
import { type ReactNode, useId, useState } from 'react'
import { Region } from '@/components/region'
import { Button } from '@/components/ui/button'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { Skeleton } from '@/components/ui/skeleton'
import { Ago, useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import { type NoteKind, type NoteOutcome, TIMELINE_KINDS, type TimelineItem, useTimeline } from './api'

const AT_ONCE = 10
const MOST = 200
const ICONS = {
  reminder: MailIcon,
  promise: CalendarClockIcon,
  dispute: ScaleIcon,
  payment: BanknoteIcon,
  note: MessageSquareIcon,
}

/** Reminders, promises, disputes, payments and notes of a customer, newest first. */
export function Timeline({ customerId }: { customerId: string }) {
  const t = useT('contacts.timeline')
  const [kind, setKind] = useState<(typeof TIMELINE_KINDS)[number] | null>(null)
  const [limit, setLimit] = useState(AT_ONCE)
  const id = useId()
  const query = useTimeline(customerId, kind, limit)
  return (
    <section className="flex flex-col gap-2" aria-labelledby={id}>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 id={id} className="font-semibold">
          {t('title')}
        </h2>
        <Select
          value={kind ?? 'all'}
          onValueChange={(value) => setKind(TIMELINE_KINDS.find((each) => each === value) ?? null)}
        >
          <SelectTrigger className="w-auto" aria-label={t('filter')}>
            <SelectValue />
          </SelectTrigger>
          <SelectContent>
            <SelectItem value="all">{t('all')}</SelectItem>
            {TIMELINE_KINDS.map((each) => (
              <SelectItem key={each} value={each}>
                {t(`kinds.${each}`)}
              </SelectItem>
            ))}
          </SelectContent>
        </Select>
      </div>
      <Region
        query={query}
        skeleton={<Skeleton className="h-40 w-full" />}
        isEmpty={({ items }) => items.length === 0}
        empty={<p className="text-muted-foreground">{kind ? t('noneSuch') : t('none')}</p>}
      >
        {({ items, next_cursor: more }) => (
          <>
            <ol className="flex flex-col divide-y">
              {items.map((item) => (
                <Item key={`${item.subject_id} ${item.event}`} item={item} />
              ))}
            </ol>
            {more !== null && limit < MOST && (
              <Button variant="ghost" size="sm" className="self-start" onClick={() => setLimit(MOST)}>
                {t('more')}
              </Button>
            )}
          </>
        )}
      </Region>
    </section>
  )
}

function Item({ item }: { item: TimelineItem }) {
  const t = useT('contacts.timeline')
  const format = useFormat()
  const Icon = ICONS[item.kind]
  return (
    <li className="flex gap-2.5 py-2">
      <Icon className="mt-0.5 size-4 shrink-0 text-muted-foreground" strokeWidth={1.75} aria-hidden />
      <div className="flex min-w-0 flex-1 flex-col">
        <div className="flex flex-wrap items-baseline justify-between gap-x-3">
          <span className="min-w-0 wrap-anywhere">
            <What item={item} />
          </span>
          <span className="text-xs whitespace-nowrap text-muted-foreground">
            {/* A payment has a day and no time. */}
            {item.kind === 'payment' ? format.day(item.day) : <Ago at={item.at} />}
          </span>
        </div>
        {item.text && <p className="wrap-anywhere whitespace-pre-line text-muted-foreground">{item.text}</p>}
        {item.by_name && (
          <span className="text-xs wrap-anywhere text-muted-foreground">
            {t('by', { name: item.by_name })}
          </span>
        )}
      </div>
    </li>
  )
}

function What({ item }: { item: TimelineItem }): ReactNode {
  const t = useT('contacts.timeline')
  const c = useT('contacts')
  const format = useFormat()
  const number = item.number ?? t('anInvoice')
  const amount = item.amount && item.currency ? format.money(item.amount, item.currency) : ''
  switch (item.kind) {
    case 'reminder': {
      const event = item.event as 'sent' | 'bounced' | 'complained' | 'replied'
      return (
        <Subject href={`/reminders/view/?id=${item.subject_id}`}>
          {t(`reminder.${event}`, { number })}
        </Subject>
      )
    }
    case 'promise': {
      const event = item.event as 'made' | 'claimed' | 'kept' | 'partly_kept' | 'broken' | 'cancelled'
      return t(`promise.${event}`, { number, amount, day: format.day(item.day) })
    }
    case 'dispute': {
      const event = item.event as 'opened' | 'resolved'
      return (
        <Subject href={`/disputes/view/?id=${item.subject_id}`}>{t(`dispute.${event}`, { number })}</Subject>
      )
    }
    case 'payment':
      return t('payment.received', { amount })
    case 'note': {
      const kind = c(`kind.${item.event as NoteKind}`)
      return item.outcome ? `${kind}: ${c(`outcome.${item.outcome as NoteOutcome}`)}` : kind
    }
  }
}

const Subject = ({ href, children }: { href: string; children: ReactNode }) => (
  <Link href={href} className="underline-offset-4 hover:underline">
    {children}
  </Link>
)
