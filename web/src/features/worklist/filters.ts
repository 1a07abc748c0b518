import { parseAsBoolean, parseAsString, parseAsStringLiteral } from 'nuqs'
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
  owner: parseAsString,
  resting: parseAsBoolean,
}

export interface Filters {
  step: Step | null
  risk: RiskLevel | null
  /** `me`, `none`, or somebody's id. */
  owner: string | null
  resting: boolean | null
}

export const NO_FILTERS = { step: null, risk: null, owner: null, resting: null } satisfies Record<
  keyof Filters,
  null
>

export const isFiltered = ({ step, risk, owner, resting }: Filters): boolean =>
  step !== null || risk !== null || owner !== null || Boolean(resting)

const OWNER = /^(me|none|[0-9a-f-]{36})$/i

/** What the hub is asked for. An owner that nobody can be is as if it were not in the address. */
export function toQuery(
  { step, risk, owner, resting }: Filters,
  limit: number,
  cursor: string | null,
): WorklistQuery {
  return {
    limit,
    ...(step ? { next_step: step } : {}),
    ...(risk ? { risk_level: risk } : {}),
    ...(owner && OWNER.test(owner) ? { owner } : {}),
    ...(resting ? { snoozed: true } : {}),
    ...(cursor ? { cursor } : {}),
  }
}
