import { parseAsStringLiteral } from 'nuqs'
import { RISK_LEVELS, type RiskLevel } from '@/components/ledger/words'
import type { Step } from '@/components/next-step'
import type { WorklistQuery } from './api'

export const STEPS = [
  'call',
  'email',
  'statement',
  'ask_for_promise',
  'escalate',
  'check_dispute',
  'do_nothing',
] as const satisfies Step[]

export const filterParsers = {
  step: parseAsStringLiteral(STEPS),
  risk: parseAsStringLiteral(RISK_LEVELS),
}

export interface Filters {
  step: Step | null
  risk: RiskLevel | null
}

export const NO_FILTERS = { step: null, risk: null } satisfies Record<keyof Filters, null>

export const isFiltered = ({ step, risk }: Filters): boolean => step !== null || risk !== null

/** What the hub is asked for. */
export function toQuery({ step, risk }: Filters, limit: number, cursor: string | null): WorklistQuery {
  return {
    limit,
    ...(step ? { next_step: step } : {}),
    ...(risk ? { risk_level: risk } : {}),
    ...(cursor ? { cursor } : {}),
  }
}
