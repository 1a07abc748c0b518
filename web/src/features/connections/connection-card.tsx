'use client'

import { Status } from '@/components/status'
import { Card, CardContent, CardFooter } from '@/components/ui/card'
import { Facts } from '@/components/definition-list'
import { Ago, NONE, useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import type { Connection } from './api'
import { monogram, RUN_TONES, standingOf, useNames } from './words'

/** A provider, in two letters. */
export function Monogram({ name }: { name: string }) {
  return (
    <span
      aria-hidden
      className="flex size-9 shrink-0 items-center justify-center rounded-md border bg-muted text-xs font-semibold"
    >
      {monogram(name)}
    </span>
  )
}

export function ConnectionStatus({ connection }: { connection: Connection }) {
  const t = useT('connections')
  const { tone, word } = standingOf(connection)
  return <Status tone={tone}>{t(`status.${word}`)}</Status>
}

/** One connection in the list: whose books, how they fare, when they were read and what is wrong. */
export function ConnectionCard({ connection, provider }: { connection: Connection; provider: string }) {
  const t = useT('connections')
  const { number } = useFormat()
  const { entity } = useNames()
  const { sync, status } = connection
  const run = sync?.newest_run
  const records = Object.entries(sync?.records ?? {}).filter(([, count]) => count > 0)
  return (
    <Card className="relative h-full focus-within:border-ring hover:border-input">
      <CardContent className="flex items-start gap-3">
        <Monogram name={provider} />
        <div className="min-w-0 flex-1">
          <h3 className="font-semibold wrap-anywhere">
            <Link
              href={`/connections/view/?id=${connection.id}`}
              className="after:absolute after:inset-0 after:rounded-lg"
            >
              {connection.name}
            </Link>
          </h3>
          <p className="truncate text-xs text-muted-foreground">
            {[provider, connection.account?.name]
              .filter((each) => each && each !== connection.name)
              .join(' · ') || provider}
          </p>
        </div>
        <ConnectionStatus connection={connection} />
      </CardContent>
      <CardContent className="flex-1">
        <Facts
          items={[
            {
              label: t('facts.lastSync'),
              value: connection.last_run_at ? <Ago at={connection.last_run_at} /> : t('facts.never'),
            },
            ...(connection.auth_method === null
              ? []
              : [
                  {
                    label: t('facts.nextSync'),
                    value: sync?.next_run_at ? <Ago at={sync.next_run_at} /> : NONE,
                  },
                ]),
            {
              label: t('facts.records'),
              value: records.length
                ? records.map(([name, count]) => `${number(count)} ${entity(name)}`).join(', ')
                : NONE,
            },
            {
              label: t('facts.errors'),
              value: run?.rejected ? (
                <Status tone="warning" className="whitespace-normal">
                  {t('facts.rejected', { count: run.rejected })}
                </Status>
              ) : run?.status === 'failed' ? (
                <Status tone={RUN_TONES.failed}>{t('facts.failed')}</Status>
              ) : (
                t('facts.none')
              ),
            },
            { label: t('facts.tieOut'), value: <TieOutStatus tiesOut={sync?.ties_out ?? null} /> },
          ]}
        />
      </CardContent>
      {connection.reason && status !== 'ready' && (
        <CardFooter>
          <p className="line-clamp-3 text-xs wrap-anywhere text-muted-foreground">{connection.reason}</p>
        </CardFooter>
      )}
    </Card>
  )
}

/** Whether the ledger equals the provider's own figures. */
export function TieOutStatus({ tiesOut }: { tiesOut: boolean | null }) {
  const t = useT('connections')
  if (tiesOut === null) return <Status tone="neutral">{t('tieOut.notCompared')}</Status>
  return tiesOut ? (
    <Status tone="positive">{t('tieOut.equal')}</Status>
  ) : (
    <Status tone="negative">{t('tieOut.differs')}</Status>
  )
}
