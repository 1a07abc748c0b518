import type { components } from '@/lib/schema'
import type { Invoice, InvoiceItem, InvoiceTotals } from './api'

export const prediction: NonNullable<InvoiceItem['prediction']> = {
  p_paid_by_due: 0.25,
  p_late30: 0.42,
  expected_on: '2026-12-20',
  p10_on: '2026-12-03',
  p50_on: '2026-12-18',
  p90_on: '2027-01-14',
  risk_level: 'high',
  at_risk: '525.0000',
  at_risk_home: '525.0000',
  model: 'xgboost_hazard',
  model_number: 6,
  run_id: 2,
  as_of: '2026-11-27',
  made_at: '2026-11-27T22:38:22+00:00',
}

/** Invoice `number` of the fixtures; ids count up with it. */
export const invoiceItem = (number: number, different: Partial<InvoiceItem> = {}): InvoiceItem => ({
  id: `018f3a52-6c1e-8d5b-9a4e-${String(number).padStart(12, '0')}`,
  number: `INV-${number}`,
  customer_id: '118f3a52-6c1e-8d5b-9a4e-000000000001',
  customer_name: 'Acme GmbH',
  issued_on: '2026-11-01',
  due_on: '2026-12-01',
  currency: 'EUR',
  total: '1250.0000',
  balance: '1250.0000',
  status: 'open',
  paid_on: null,
  terms: 'Net 30',
  disputed: null,
  days_overdue: 0,
  connection_id: '218f3a52-6c1e-8d5b-9a4e-000000000001',
  version: 1,
  prediction,
  ...different,
})

export const totals = (count: number): InvoiceTotals => ({
  count,
  is_exact: true,
  by_status: [{ status: 'open', count }],
  by_currency: [{ currency: 'EUR', count, total: '99.0000', balance: '4321.0000', at_risk: '1234.5678' }],
  facets: {
    status: [{ value: 'open', count }],
    currency: [
      { value: 'EUR', count },
      { value: 'USD', count: 7 },
    ],
    aging: [{ value: 'current', count }],
    risk_level: [{ value: 'high', count: 12 }],
    connection_id: [{ value: '218f3a52-6c1e-8d5b-9a4e-000000000001', count }],
  },
})

const row = invoiceItem(1)
delete row.prediction

export const invoice = (different: Partial<Invoice> = {}): Invoice => ({
  ...row,
  external_id: '18560',
  stated_balance: null,
  allocations: [],
  disputes: [],
  holds: [],
  promises: [],
  history: [
    { recorded_at: '2026-11-02T08:00:00+00:00', superseded_at: null, row: { ...row, stated_balance: null } },
  ],
  prediction: {
    ...prediction,
    invoice_id: row.id,
    number: row.number,
    customer_id: row.customer_id,
    currency: row.currency,
    balance: row.balance,
    issued_on: row.issued_on,
    due_on: row.due_on,
    reasons: null,
  },
  ...different,
})

export const pastPrediction = (
  run: number,
  different: Partial<components['schemas']['PastPrediction']> = {},
): components['schemas']['PastPrediction'] => ({
  run_id: run,
  as_of: `2026-11-${String(run).padStart(2, '0')}`,
  made_at: `2026-11-${String(run).padStart(2, '0')}T06:00:00+00:00`,
  model_id: '318f3a52-6c1e-8d5b-9a4e-000000000001',
  model: 'xgboost_hazard',
  p_paid_by_due: 0.25,
  p_late30: 0.42,
  expected_on: '2026-12-20',
  p10_on: '2026-12-03',
  p50_on: '2026-12-18',
  p90_on: '2027-01-14',
  risk_level: 'high',
  days_off: null,
  is_held: null,
  ...different,
})
