'use client'

import { useMemo } from 'react'
import type { Tone } from '@/components/status'
import { useT } from '@/lib/i18n'
import type { components } from '@/lib/schema'

export type InvoiceStatus = components['schemas']['InvoiceItem']['status']
export type RiskLevel = 'low' | 'medium' | 'high'

export const STATUSES = [
  'open',
  'partially_paid',
  'paid',
  'credited',
  'written_off',
  'void',
  'draft',
  'deleted',
] as const satisfies InvoiceStatus[]
export const BUCKETS = ['current', '1-30', '31-60', '61-90', '91+'] as const
export const RISK_LEVELS = ['high', 'medium', 'low'] as const satisfies RiskLevel[]

export const STATUS_TONES: Record<InvoiceStatus, Tone> = {
  open: 'accent',
  partially_paid: 'accent',
  paid: 'positive',
  credited: 'neutral',
  written_off: 'negative',
  void: 'neutral',
  draft: 'neutral',
  deleted: 'neutral',
}

export const RISK_TONES: Record<RiskLevel, Tone> = { low: 'positive', medium: 'warning', high: 'negative' }

/** What the ledger's states, ages and risk levels are called. */
export function useLedgerWords() {
  const t = useT('ledger')
  return useMemo(
    () => ({
      status: (status: InvoiceStatus) => t(`status.${status}`),
      risk: (level: RiskLevel) => t(`risk.${level}`),
      /** `91+` is not a name that a message can have. */
      aging: (bucket: string) =>
        bucket === 'current'
          ? t('aging.current')
          : bucket === '91+'
            ? t('aging.over90')
            : bucket.replace('-', '–'),
    }),
    [t],
  )
}
