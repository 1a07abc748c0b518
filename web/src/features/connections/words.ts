'use client'

import type { Tone } from '@/components/status'
import { useT } from '@/lib/i18n'
import type { Connection, Run } from './api'

/** How a connection fares, as a colour and a key of the messages; a run under way comes before all that is well. */
export function standingOf(connection: Connection): { tone: Tone; word: StandingWord } {
  if (connection.sync?.is_under_way && ['ready', 'needs_attention'].includes(connection.status)) {
    return { tone: 'accent', word: 'syncing' }
  }
  const tones: Record<Connection['status'], Tone> = {
    pending: 'neutral',
    choose_account: 'warning',
    ready: 'positive',
    needs_reconnect: 'warning',
    needs_attention: 'warning',
    paused: 'neutral',
    disconnected: 'neutral',
  }
  return { tone: tones[connection.status], word: connection.status }
}

export type StandingWord = Connection['status'] | 'syncing'

export const RUN_TONES: Record<Run['status'], Tone> = {
  running: 'accent',
  waiting: 'warning',
  ok: 'positive',
  partial: 'warning',
  suspicious: 'warning',
  failed: 'negative',
}

/** Two letters that stand for a provider. */
export function monogram(name: string): string {
  const [first = '', second] = name.split(/[\s/]+/).filter((word) => /^[\p{L}\p{N}]/u.test(word))
  const capital = first.slice(1).match(/\p{Lu}/u)?.[0]
  return (first.slice(0, 1) + (capital ?? second?.slice(0, 1) ?? first.slice(1, 2))).toUpperCase()
}

/** Says names that providers and the ledger use: streams and entities; an unknown one is said as it is. */
export function useNames() {
  const t = useT('connections')
  const plain = (name: string) => name.replaceAll('_', ' ')
  return {
    stream: (name: string) =>
      t.has(`streams.${name}` as 'streams.invoices')
        ? t(`streams.${name}` as 'streams.invoices')
        : plain(name),
    entity: (name: string) =>
      t.has(`entities.${name}` as 'entities.invoice')
        ? t(`entities.${name}` as 'entities.invoice')
        : plain(name),
  }
}
