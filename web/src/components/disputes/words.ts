'use client'

import { useMemo } from 'react'
import type { Tone } from '@/components/status'
import { useT } from '@/lib/i18n'

/** The reasons by the group that they belong to, in the order of the keys 1 to 8. */
export const GROUPS = {
  pricing: ['pricing', 'terms_discount', 'freight_charge'],
  short_ship: ['quantity_shortage', 'not_received', 'late_delivery'],
  duplicate: ['duplicate_invoice'],
  damaged: ['quality_damage', 'service_not_rendered'],
  tax: ['tax_error'],
  paperwork: ['billing_details'],
  already_paid: ['already_paid', 'credit_pending'],
  other: ['unauthorised', 'payment_delay_request', 'no_dispute', 'other'],
} as const
export type Group = keyof typeof GROUPS
export type Code = (typeof GROUPS)[Group][number]

export const GROUP_NAMES = Object.keys(GROUPS) as Group[]
export const CODES: readonly Code[] = Object.values(GROUPS).flat()

/** Where a dispute may be before it has ended. */
export const OPEN_STATUSES = ['open', 'investigating', 'proposed', 'accepted', 'rejected'] as const
export const STATUSES = [...OPEN_STATUSES, 'resolved'] as const
export type DisputeStatus = (typeof STATUSES)[number]

export const OUTCOMES = [
  'valid_credited',
  'partly_valid',
  'invalid_upheld',
  'withdrawn',
  'goodwill',
  'expired',
] as const
export type Outcome = (typeof OUTCOMES)[number]

export const SOURCES = ['email', 'api', 'batch', 'csv', 'provider'] as const

export const ACTIONS = [
  'send_document',
  'correct_and_reissue',
  'credit',
  'discount',
  'write_off',
  'void_duplicate',
  'open_rma',
  'carrier_claim',
  'payment_plan',
  'refuse',
  'call',
  'ask',
  'answer',
  'hold',
  'escalate',
  'freeze',
] as const
export type ResolutionAction = (typeof ACTIONS)[number]

/** What changes what is owed, and so has an amount. */
export const WITH_AMOUNT: readonly ResolutionAction[] = [
  'credit',
  'discount',
  'write_off',
  'correct_and_reissue',
  'void_duplicate',
]

export const EVIDENCE = [
  'acceptance',
  'arrival_record',
  'bank_reference',
  'batch_record',
  'cancellation',
  'carrier_invoice',
  'contract',
  'credit_promise',
  'customer_master',
  'delivery_address',
  'document_match',
  'exemption_certificate',
  'goods_receipt',
  'incoterm',
  'order_confirmation',
  'order_origin',
  'packing_list',
  'payment_history',
  'penalty_clause',
  'photos',
  'portal_message',
  'price_list',
  'proof_of_delivery',
  'proposal',
  'purchase_order',
  'quality_report',
  'quote',
  'rebate_contract',
  'remittance',
  'return_authorisation',
  'ship_to',
  'signature',
  'tax_id_check',
  'ticket',
  'time_sheet',
  'tracking',
  'value_date',
  'weigh_slip',
] as const

export const STATUS_TONES: Record<DisputeStatus, Tone> = {
  open: 'warning',
  investigating: 'accent',
  proposed: 'accent',
  accepted: 'positive',
  rejected: 'negative',
  resolved: 'neutral',
}

export const ADJUSTMENT_KINDS = ['credit', 'discount', 'write_off', 'reissue', 'correction'] as const
export const ADJUSTMENT_STATUSES = [
  'pending',
  'sending',
  'written_back',
  'confirmed',
  'failed',
  'cancelled',
] as const

/** Which group a reason belongs to. */
export const groupOf = (code: string): Group =>
  GROUP_NAMES.find((group) => (GROUPS[group] as readonly string[]).includes(code)) ?? 'other'

/** What reasons, states and steps are called. A name that this page does not know yet stands for itself. */
export function useDisputeWords() {
  const t = useT('disputes')
  return useMemo(() => {
    const known = <Name extends string>(names: readonly Name[], say: (name: Name) => string) => {
      const find = (name: string) => names.find((each) => each === name)
      return (name: string) => {
        const found = find(name)
        return found === undefined ? name.replaceAll('_', ' ') : say(found)
      }
    }
    return {
      code: known(CODES, (code) => t(`code.${code}`)),
      group: known(GROUP_NAMES, (group) => t(`group.${group}`)),
      status: known(STATUSES, (status) => t(`status.${status}`)),
      outcome: known(OUTCOMES, (outcome) => t(`outcome.${outcome}`)),
      source: known(SOURCES, (source) => t(`source.${source}`)),
      action: known(ACTIONS, (action) => t(`action.${action}`)),
      evidence: known(EVIDENCE, (kind) => t(`evidence.${kind}`)),
      adjustment: known(ADJUSTMENT_KINDS, (kind) => t(`adjustmentKind.${kind}`)),
      adjustmentStatus: known(ADJUSTMENT_STATUSES, (status) => t(`adjustmentStatus.${status}`)),
    }
  }, [t])
}
