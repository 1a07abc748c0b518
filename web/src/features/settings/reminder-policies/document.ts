/** A policy's document as config/reminder_policy.schema.json has it. */

export interface Between<Value> {
  at_least?: Value
  at_most?: Value
}

export const RISKS = ['low', 'medium', 'high'] as const
export const SEGMENTS = ['on_time', 'new', 'late_payer', 'slow_payer', 'non_payer'] as const

/** All of them must hold. */
export interface Conditions {
  risk?: (typeof RISKS)[number][]
  /** In the home currency, as decimal strings. */
  open?: Between<string>
  currencies?: string[]
  countries?: string[]
  tags?: string[]
  no_tags?: string[]
  segments?: (typeof SEGMENTS)[number][]
  is_new?: boolean
  days?: Between<number>
  p_late30?: Between<number>
  p_paid_by_due?: Between<number>
}
export type ConditionName = keyof Conditions

/** What a condition is when it is added, before anything is entered; in the order in which they are offered. */
export const NEW_CONDITIONS: Required<Conditions> = {
  open: {},
  risk: ['high'],
  segments: ['late_payer'],
  is_new: true,
  days: {},
  p_late30: {},
  p_paid_by_due: {},
  currencies: [],
  countries: [],
  tags: [],
  no_tags: [],
}
export const CONDITION_NAMES = Object.keys(NEW_CONDITIONS) as ConditionName[]

export const APPROVALS = ['automatic', 'member', 'admin'] as const
export const PERSON = 'person'

export interface Step {
  stage: number
  day: number
  tone: string
  writer: string
  approve: (typeof APPROVALS)[number]
  channel?: string | null
  attachments?: string[]
  cc?: string[]
  /** Only where one of these holds; left out: always. */
  when?: Conditions[] | undefined
}

export interface PolicyDocument {
  takes: Conditions
  sure: { within_days: number; p_paid: number } | null
  late: { p_late30: number; days_earlier: number; firmer: boolean } | null
  hold_back: { share: number; days: number } | null
  steps: Step[]
}

/** A document as it came from the hub; what may be left out is there. */
export function readDocument(document: object): PolicyDocument {
  return { sure: null, late: null, hold_back: null, takes: {}, steps: [], ...document }
}

/** The step that is added after the others: a stage and ten days later, as firm as the last. */
export function nextStep(steps: readonly Step[]): Step {
  const last = steps.at(-1)
  if (!last) return { stage: 1, day: 3, tone: 'friendly', writer: 'template_writer', approve: 'automatic' }
  const { tone, writer, approve, channel = null } = last
  return { stage: last.stage + 1, day: Math.max(last.day + 10, 3), tone, writer, approve, channel }
}

/** What is entered as a list, separated by commas; each once. */
export function listOf(text: string): string[] {
  return [...new Set(text.split(/[,;\n]/).map((each) => each.trim()))].filter(Boolean)
}

/** A share as the reader's percent and back, without the noise of binary fractions. */
export const toPercent = (share: number) => Math.round(share * 10_000) / 100
export const fromPercent = (percent: number) => Math.round(percent * 100) / 10_000
