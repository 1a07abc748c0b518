'use client'

import type { ReactNode } from 'react'
import { Status, type Tone } from '@/components/status'
import { Ago } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { placeOf } from '@/lib/notices'
import { Link } from '@/lib/nav'
import type { Attention } from './api'

/** What needs a person, a line each; nothing where all is well. */
export function NeedsAttention({ attention, alarms }: { attention: Attention; alarms: string[] }) {
  const t = useT('overview')
  const { notices, runs, disputes, reminders, promises } = attention
  const urgent = (['late', 'check'] as const).filter((each) => disputes[each] > 0)
  const waiting = (['uncertain', 'failed', 'to_approve'] as const).filter((each) => reminders[each] > 0)
  const isBroken = promises.broken > 0
  const lines = notices.length + runs.length + alarms.length + urgent.length + waiting.length
  if (lines === 0 && !isBroken) return null
  return (
    <section aria-labelledby="needs-attention" className="min-w-0 rounded-lg border bg-card p-4">
      <h2 id="needs-attention" className="flex min-h-8 items-center text-sm font-semibold">
        {t('attention.title')}
      </h2>
      <ul className="divide-y">
        {runs.map((run) => (
          <Line
            key={run.run_id}
            tone={run.status === 'failed' ? 'negative' : 'warning'}
            state={t(`attention.run.${run.status as 'failed' | 'suspicious' | 'partial'}`)}
            href={`/connections/view/?id=${run.connection_id}`}
            subject={run.name}
            at={run.at}
          >
            {run.status === 'partial' && run.rejected > 0
              ? t('attention.rejected', { count: run.rejected })
              : run.reason}
          </Line>
        ))}
        {urgent.map((each) => (
          <Line
            key={each}
            tone={each === 'late' ? 'negative' : 'warning'}
            state={t(`attention.disputes.${each}`)}
            href={`/disputes/?tab=${each === 'late' ? 'overdue' : each}`}
          >
            {t(`attention.disputes.${each}Detail`, { count: disputes[each] })}
          </Line>
        ))}
        {waiting.map((each) => (
          <Line
            key={each}
            tone={each === 'to_approve' ? 'warning' : 'negative'}
            state={t(`attention.reminders.${each}`)}
            href={each === 'to_approve' ? '/reminders/' : '/reminders/?tab=failed'}
          >
            {t(`attention.reminders.${each}Detail`, { count: reminders[each] })}
          </Line>
        ))}
        {isBroken && (
          <Line tone="warning" state={t('attention.promises.broken')} href="/worklist/">
            {t('attention.promises.brokenDetail', { count: promises.broken })}
          </Line>
        )}
        {notices.map((notice) => (
          <Line
            key={notice.id}
            tone={notice.kind === 'needs_reconnect' ? 'negative' : 'warning'}
            state={t(`attention.notice.${noticeKind(notice.kind)}`)}
            href={placeOf(notice)}
            at={notice.created_at}
          >
            {notice.text}
          </Line>
        ))}
        {alarms.map((alarm) => (
          <Line key={alarm} tone="warning" state={t('attention.alarm')} href="/models/">
            {alarm}
          </Line>
        ))}
      </ul>
    </section>
  )
}

const KINDS = [
  'needs_reconnect',
  'needs_attention',
  'expires_soon',
  'model_replaced',
  'channel_failing',
  'mail_complained',
  'webhook_disabled',
] as const
const noticeKind = (kind: string) => KINDS.find((each) => each === kind) ?? 'other'

function Line(props: {
  tone: Tone
  state: string
  href: string
  subject?: string
  at?: string
  children: ReactNode
}) {
  const t = useT('overview')
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] items-baseline gap-x-4 gap-y-1 py-2 md:grid-cols-[10rem_minmax(0,1fr)_auto_auto]">
      <Status tone={props.tone}>{props.state}</Status>
      <p className="min-w-0 max-md:order-last max-md:col-span-2">
        {props.subject && <span className="mr-2 font-medium">{props.subject}</span>}
        {props.children}
      </p>
      <span className="text-xs text-muted-foreground max-md:hidden">{props.at && <Ago at={props.at} />}</span>
      <Link
        href={props.href}
        className="text-primary hover:underline"
        aria-label={[t('attention.show'), props.subject ?? props.state].join(': ')}
      >
        {t('attention.show')}
      </Link>
    </li>
  )
}
