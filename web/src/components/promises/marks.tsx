'use client'

import { Status, type Tone } from '@/components/status'
import { useT } from '@/lib/i18n'

const TONES = {
  open: 'accent',
  kept: 'positive',
  partly_kept: 'warning',
  broken: 'negative',
  cancelled: 'neutral',
  superseded: 'neutral',
} as const satisfies Record<string, Tone>

export type PromiseStatus = keyof typeof TONES

const isStatus = (status: string): status is PromiseStatus => status in TONES

export function PromiseStatusMark({ status }: { status: string }) {
  const t = useT('promises')
  return isStatus(status) ? <Status tone={TONES[status]}>{t(`status.${status}`)}</Status> : <>{status}</>
}
