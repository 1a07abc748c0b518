import type { DisputeItem } from '@/components/disputes/api'
import type { Adjustment, Dispute, DisputeEvent, DisputeInsights, DisputeTotals, Suggestion } from './api'

/** Documents as the hub answers them, for tests. */

export const ADA = { id: '018f3a52-6c1e-8d5b-9a4e-3d1c2b7f9e10', name: 'Ada' }
const id = (number: number) => `118f3a52-6c1e-8d5b-9a4e-${String(number).padStart(12, '0')}`
const INVOICE = '218f3a52-6c1e-8d5b-9a4e-000000000007'
const CUSTOMER = '318f3a52-6c1e-8d5b-9a4e-000000000008'

export const item = (number: number, different: Partial<DisputeItem> = {}): DisputeItem => ({
  id: id(number),
  number,
  status: 'open',
  code: 'quantity_shortage',
  codes: [],
  group: 'short_ship',
  code_by: 'classifier',
  p_code: 0.91,
  is_sure: true,
  check: false,
  source: 'email',
  invoice_id: INVOICE,
  invoice_number: 'INV-7',
  customer_id: CUSTOMER,
  customer_name: 'Acme GmbH',
  amount: '120.0000',
  is_all: false,
  currency: 'EUR',
  product: null,
  owner: null,
  due_on: '2026-12-04',
  is_overdue: false,
  opened_at: '2026-11-27T08:00:00+00:00',
  first_answered_at: null,
  resolved_at: null,
  outcome: null,
  version: 3,
  excerpt: 'We got 36 of 40 cartons',
  suggested_action: 'credit',
  ...different,
})

export const totals = (count: number): DisputeTotals => ({
  count,
  is_exact: true,
  by_currency: [{ currency: 'EUR', count, amount: '4321.0000' }],
  facets: {
    status: [{ value: 'open', count }],
    group: [{ value: 'short_ship', count: 12 }],
    owner: [
      { value: 'none', count: 5 },
      { value: id(900), count: 2 },
    ],
    source: [{ value: 'email', count }],
    check: [{ value: 'true', count: 1 }],
  },
  owners: [{ id: id(900), name: 'Grace' }],
})

export const suggestion = (different: Partial<Suggestion> = {}): Suggestion => ({
  action: 'credit',
  amount: '120.0000',
  currency: 'EUR',
  sentence: 'Where the delivery note has the shortage on it, credit what was missing.',
  rule: 'shortage_on_record',
  policy_number: 4,
  approve: 'admin',
  evidence_needed: ['packing_list', 'proof_of_delivery'],
  evidence_missing: ['packing_list', 'proof_of_delivery'],
  facts: [
    { kind: 'unapplied_payment', sentence: '200.00 EUR wait unapplied.', link: '/customers/view/?id=x' },
  ],
  look_alikes: { count: 3, outcomes: { valid_credited: 2, withdrawn: 1 } },
  ...different,
})

/** Emoji first: places in the text count characters, of which it is one and not two. */
const TEXT = '😀 We got 36 of 40 cartons.'

export const dispute = (different: Partial<Dispute> = {}): Dispute => {
  const fields: Partial<DisputeItem> = item(12)
  delete fields.excerpt
  delete fields.suggested_action
  delete fields.invoice_number
  delete fields.customer_name
  return {
    ...(fields as Omit<DisputeItem, 'excerpt' | 'suggested_action' | 'invoice_number' | 'customer_name'>),
    text: TEXT,
    context: null,
    sender: 'ap@acme.example',
    external_id: null,
    attachments: [],
    reading: {
      labels: [
        { code: 'quantity_shortage', p_reason: 0.91, spans: [[2, 15]] },
        { code: 'not_received', p_reason: 0.05, spans: [[18, 25]] },
        { code: 'pricing', p_reason: 0.04, spans: [] },
      ],
      language: 'en',
      backend: 'minilm_disputes',
      version: '1.0.0',
      number: null,
      problem: null,
    },
    evidence: [],
    suggestion: suggestion(),
    proposal: null,
    hold: null,
    adjustments: [],
    invoice: {
      id: INVOICE,
      number: 'INV-7',
      issued_on: '2026-10-01',
      due_on: '2026-11-01',
      currency: 'EUR',
      total: '1250.0000',
      balance: '1250.0000',
      status: 'open',
      terms: 'Net 30',
    },
    customer: { id: CUSTOMER, name: 'Acme GmbH' },
    look_alikes: [],
    moves: ['investigate', 'propose', 'accept', 'reject', 'resolve'],
    outcomes: ['withdrawn', 'expired'],
    ...different,
  }
}

export const event = (
  place: number,
  kind: DisputeEvent['kind'],
  different: Partial<DisputeEvent> = {},
): DisputeEvent => ({
  id: place,
  at: `2026-11-27T08:0${place}:00+00:00`,
  kind,
  by: 'Grace',
  by_kind: 'person',
  before: null,
  after: null,
  text: null,
  ...different,
})

export const adjustment = (different: Partial<Adjustment> = {}): Adjustment => ({
  id: '418f3a52-6c1e-8d5b-9a4e-000000000001',
  invoice_id: INVOICE,
  dispute_id: id(12),
  kind: 'credit',
  amount: '120.0000',
  currency: 'EUR',
  reason: 'Dispute D-12: quantity shortage',
  status: 'pending',
  connection_id: null,
  written_on: null,
  external_id: null,
  number: null,
  applied: null,
  error: null,
  created_at: '2026-11-27T08:00:00+00:00',
  created_by: ADA.id,
  updated_at: '2026-11-27T08:00:00+00:00',
  version: 1,
  ...different,
})

const figures = {
  count: 9,
  unresolved: 4,
  late: 1,
  resolved: 5,
  median_days: 6.5,
  decided: 4,
  won: 1,
  partly_won: 1,
  share_won: 0.25,
  amounts: [{ currency: 'EUR', amount: '900.0000', open_amount: '400.0000' }],
}

export const insights = (different: Partial<DisputeInsights> = {}): DisputeInsights => ({
  from_on: '2025-12-01',
  to_on: '2026-11-28',
  totals: figures,
  by_code: [
    { ...figures, code: 'pricing', group: 'pricing', count: 3 },
    {
      ...figures,
      code: 'quantity_shortage',
      group: 'short_ship',
      count: 6,
      amounts: [{ currency: 'EUR', amount: '9000.0000', open_amount: '400.0000' }],
    },
  ],
  by_month: [
    { month: '2026-10-01', opened: 4, resolved: 2 },
    { month: '2026-11-01', opened: 5, resolved: 3 },
  ],
  outcomes: [
    { outcome: 'invalid_upheld', count: 1 },
    { outcome: 'valid_credited', count: 3 },
  ],
  customers: [
    {
      customer_id: CUSTOMER,
      customer_name: 'Acme GmbH',
      main_code: 'pricing',
      count: 3,
      currency: 'EUR',
      amount: '900.0000',
      place: 1,
    },
  ],
  products: [],
  ...different,
})
