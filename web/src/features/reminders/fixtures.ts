import type { Reminder, ReminderItem } from '@/components/reminders/api'
import type { ReminderEvent, ReminderTotals } from './api'

/** Documents as the hub answers them, for tests. */

export const id = (number: number) => `418f3a52-6c1e-8d5b-9a4e-${String(number).padStart(12, '0')}`
export const CUSTOMER = '318f3a52-6c1e-8d5b-9a4e-000000000008'
export const INVOICE = '218f3a52-6c1e-8d5b-9a4e-000000000007'
export const CHANNEL = '518f3a52-6c1e-8d5b-9a4e-000000000001'

export const item = (number: number, different: Partial<ReminderItem> = {}): ReminderItem => ({
  id: id(number),
  number,
  kind: 'policy',
  status: 'to_approve',
  reason: null,
  customer_id: CUSTOMER,
  customer_name: 'Acme GmbH',
  policy_id: '618f3a52-6c1e-8d5b-9a4e-000000000001',
  policy_name: 'Standard',
  stage: 2,
  channel_id: CHANNEL,
  channel_name: 'Mail',
  writer: 'template_writer',
  tone: 'neutral',
  language: 'en',
  recipients: [{ name: 'Jo Doe', email: 'ap@acme.example', role: 'Accounts payable' }],
  subject: `Invoice INV-${number}`,
  totals: [{ amount: '1204.5000', currency: 'EUR' }],
  amount: '1204.5000',
  currency: 'EUR',
  invoices: 1,
  approve: 'member',
  is_edited: false,
  fell_back: null,
  scheduled_at: '2026-11-27T08:00:00+00:00',
  sent_at: null,
  delivery: null,
  opened_at: null,
  replied_at: null,
  created_at: '2026-11-26T08:00:00+00:00',
  version: 3,
  ...different,
})

export const reminder = (number: number, different: Partial<Reminder> = {}): Reminder => ({
  ...item(number),
  text: `Dear Jo Doe,\n\nInvoice INV-${number} was due on 1 November 2026.`,
  html: `<p>Invoice INV-${number} was due on 1 November 2026.</p>`,
  cc: [],
  attachments: [],
  items: [
    {
      invoice_id: INVOICE,
      number: `INV-${number}`,
      due_on: '2026-11-01',
      asked: '1204.5000',
      balance: '1204.5000',
      currency: 'EUR',
      dropped: null,
    },
  ],
  attempts: [],
  verdict: { passes: true, refusals: [] },
  expected_gain: null,
  approved_by: null,
  approved_at: null,
  created_by: 'policy',
  message_id: null,
  provider_id: null,
  steps: ['approve', 'reject', 'skip', 'cancel', 'rewrite', 'update'],
  ...different,
})

export const refusal = (different: Partial<Reminder['verdict']['refusals'][number]> = {}) => ({
  start: 14,
  end: 21,
  span: 'Invoice',
  code: 'number',
  reason: 'No such invoice is asked for.',
  in_subject: false,
  ...different,
})

export const totals = (count: number): ReminderTotals => ({
  count,
  customers: count - 1,
  is_exact: true,
  by_currency: [{ currency: 'EUR', count, amount: '182400.0000' }],
  facets: {
    status: [{ value: 'to_approve', count }],
    kind: [{ value: 'policy', count }],
    delivery: [],
  },
})

export const event = (
  number: number,
  kind: ReminderEvent['kind'],
  different: Partial<ReminderEvent> = {},
): ReminderEvent => ({
  id: number,
  at: '2026-11-27T08:00:00+00:00',
  kind,
  by: 'Ada',
  by_kind: 'person',
  before: null,
  after: null,
  ...different,
})
