'use client'

import { Status, type Tone } from '@/components/status'
import { Button } from '@/components/ui/button'
import { Ago } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import type { components } from '@/lib/schema'
import { useConnections } from './connections'

type Connection = Pick<components['schemas']['Connection'], 'status' | 'last_run_at' | 'sync'>

export type SyncStanding =
  | { state: 'none' | 'syncing' | 'waiting'; tone: Tone }
  | { state: 'failed'; tone: Tone; count: number }
  | { state: 'synced'; tone: Tone; at: string }

/** All connections in one word. The oldest reading counts: what is shown is no fresher than that. */
export function standingOf(connections: Connection[]): SyncStanding {
  const live = connections.filter(({ status }) => !['disconnected', 'paused'].includes(status))
  const failed = live.filter(({ status }) => ['needs_reconnect', 'needs_attention'].includes(status))
  if (live.length === 0) return { state: 'none', tone: 'neutral' }
  if (failed.length > 0) return { state: 'failed', tone: 'negative', count: failed.length }
  if (live.some(({ sync }) => sync?.is_under_way)) return { state: 'syncing', tone: 'accent' }
  const readings = live.map(({ last_run_at }) => last_run_at).filter((at) => at !== null)
  const oldest = readings.sort((a, b) => Date.parse(a) - Date.parse(b))[0]
  return oldest ? { state: 'synced', tone: 'positive', at: oldest } : { state: 'waiting', tone: 'neutral' }
}

/** How fresh the ledger is, in the header; leads to the connections. */
export function SyncState() {
  const t = useT('shell')
  const { data } = useConnections()
  if (!data) return null
  const standing = standingOf(data.items)
  return (
    <Button asChild variant="ghost" className="font-normal text-muted-foreground">
      <Link href="/connections/">
        <Status tone={standing.tone}>
          <span className="sr-only">{t('sync.label')}: </span>
          <span className="max-sm:sr-only">
            {standing.state === 'synced'
              ? t.rich('sync.synced', { ago: () => <Ago at={standing.at} /> })
              : standing.state === 'failed'
                ? t('sync.failed', { count: standing.count })
                : t(`sync.${standing.state}`)}
          </span>
        </Status>
      </Link>
    </Button>
  )
}
