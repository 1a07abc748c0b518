'use client'

import { Status } from '@/components/status'
import { useFormat } from '@/lib/format'
import { type InvoiceStatus, RISK_TONES, type RiskLevel, STATUS_TONES, useLedgerWords } from './words'

export function InvoiceStatusMark({ status }: { status: InvoiceStatus }) {
  const words = useLedgerWords()
  return <Status tone={STATUS_TONES[status]}>{words.status(status)}</Status>
}

/** A risk level, with the probability of going 30 days late where there is room for it. */
export function RiskMark({ level, probability }: { level: RiskLevel; probability?: number | null }) {
  const words = useLedgerWords()
  const format = useFormat()
  return (
    <span className="inline-flex items-baseline gap-2 whitespace-nowrap">
      <Status tone={RISK_TONES[level]}>{words.risk(level)}</Status>
      {probability !== undefined && probability !== null && (
        <span className="text-primary">{format.probability(probability)}</span>
      )}
    </span>
  )
}
