'use client'

import type { ReactNode } from 'react'
import { Ago, NONE, useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import type { Connection } from './api'
import { TieOutStatus } from './connection-card'
import { useNames } from './words'

/** When a connection was read, when it is next, what the ledger holds of it, and whether it ties out. */
export function Freshness({ connection }: { connection: Connection }) {
  const t = useT('connections')
  const { day, number } = useFormat()
  const { entity } = useNames()
  const { sync } = connection
  const records = Object.entries(sync?.records ?? {}).filter(([, count]) => count > 0)
  const isFile = connection.auth_method === null
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border bg-border lg:grid-cols-4">
      <Figure label={t('facts.lastSync')}>
        {connection.last_run_at ? <Ago at={connection.last_run_at} /> : t('facts.never')}
      </Figure>
      <Figure
        label={t('facts.nextSync')}
        detail={connection.next_full_run_on && t('facts.nextFull', { day: day(connection.next_full_run_on) })}
      >
        {isFile ? t('facts.byHand') : sync?.next_run_at ? <Ago at={sync.next_run_at} /> : NONE}
      </Figure>
      <Figure
        label={t('facts.records')}
        detail={records
          .filter(([name]) => name !== 'invoice')
          .map(([name, count]) => `${number(count)} ${entity(name)}`)
          .join(', ')}
      >
        {`${number(sync?.records.invoice ?? 0)} ${entity('invoice')}`}
      </Figure>
      <Figure label={t('facts.tieOut')}>
        <TieOutStatus tiesOut={sync?.ties_out ?? null} />
      </Figure>
    </dl>
  )
}

function Figure({ label, detail, children }: { label: string; detail?: ReactNode; children: ReactNode }) {
  return (
    <div className="flex min-w-0 flex-col gap-0.5 bg-card p-4">
      <dt className="text-xs text-muted-foreground">{label}</dt>
      <dd className="font-medium wrap-anywhere">
        {children}
        {detail && <span className="block text-xs font-normal text-muted-foreground">{detail}</span>}
      </dd>
    </div>
  )
}
