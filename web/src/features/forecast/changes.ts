import { z } from 'zod'
import type { Change } from './api'

/** The kinds of changes that can be supposed here. */
export const KINDS = ['stops_paying', 'terms', 'collection_push', 'new_invoice'] as const
export type Kind = (typeof KINDS)[number]

/** A change as it is typed in. Which of the fields count is up to its kind. */
export interface ChangeDraft {
  kind: Kind
  customer: { id: string; name: string } | null
  days: string
  /** Percent. */
  share: string
  currency: string
  amount: string
  issuedOn: string
  dueOn: string
}

export const MOST_CHANGES = 10

/** A new change of a kind, filled in as far as a guess helps. */
export function draftOf(kind: Kind, today: string, currency: string): ChangeDraft {
  return {
    kind,
    customer: null,
    days: kind === 'terms' ? '14' : kind === 'collection_push' ? '7' : '',
    share: '50',
    currency,
    amount: '',
    issuedOn: today,
    dueOn: plusDays(today, 30),
  }
}

export type Wrong =
  'customer' | 'days' | 'daysNotZero' | 'daysSooner' | 'share' | 'amount' | 'date' | 'dueBeforeIssued'

const wrong = (what: Wrong) => ({ error: what })
const customer = z.object({ id: z.string(), name: z.string() }, wrong('customer'))
const anyCustomer = z.object({ id: z.string(), name: z.string() }).nullable()
const day = z.iso.date(wrong('date'))
const whole = (least: number, most: number, what: Wrong) =>
  z
    .string()
    .trim()
    .regex(/^-?\d+$/, wrong(what))
    .transform(Number)
    .refine((value) => least <= value && value <= most, wrong(what))

const stopsPaying = z
  .object({ kind: z.literal('stops_paying'), customer })
  .transform((draft): Change => ({ kind: draft.kind, customer_id: draft.customer.id }))

const terms = z
  .object({
    kind: z.literal('terms'),
    customer: anyCustomer,
    days: whole(-180, 180, 'days').refine((value) => value !== 0, wrong('daysNotZero')),
  })
  .transform((draft): Change => ({ kind: draft.kind, days: draft.days, ...of(draft.customer) }))

const push = z
  .object({
    kind: z.literal('collection_push'),
    customer: anyCustomer,
    days: whole(1, 180, 'daysSooner'),
    share: whole(1, 100, 'share'),
  })
  .transform((draft): Change => ({
    kind: draft.kind,
    days: draft.days,
    share: draft.share / 100,
    ...of(draft.customer),
  }))

const newInvoice = z
  .object({
    kind: z.literal('new_invoice'),
    customer,
    currency: z.string().length(3),
    amount: z
      .string()
      .trim()
      .regex(/^\d{1,15}(\.\d{1,4})?$/, wrong('amount'))
      .refine((amount) => Number(amount) > 0, wrong('amount')),
    issuedOn: day,
    dueOn: day,
  })
  .refine((draft) => draft.dueOn >= draft.issuedOn, { path: ['dueOn'], ...wrong('dueBeforeIssued') })
  .transform((draft): Change => ({
    kind: draft.kind,
    customer_id: draft.customer.id,
    currency: draft.currency,
    amount: draft.amount,
    issued_on: draft.issuedOn,
    due_on: draft.dueOn,
  }))

/** Drafts, checked and turned into what the hub takes. Messages are names of what is wrong. */
export const scenarioSchema = z.object({
  changes: z.array(z.discriminatedUnion('kind', [stopsPaying, terms, push, newInvoice])).max(MOST_CHANGES),
  // Zod states what a draft has once it is right; before that a customer may be missing.
}) as unknown as z.ZodType<{ changes: Change[] }, { changes: ChangeDraft[] }>

const of = (chosen: { id: string } | null) => (chosen ? { customer_id: chosen.id } : {})

function plusDays(isoDay: string, days: number): string {
  return new Date(Date.parse(isoDay) + days * 86_400_000).toISOString().slice(0, 10)
}
