import type { Customer, CustomerItem, CustomerTotals } from './api'

const ID = '118f3a52-6c1e-8d5b-9a4e-000000000001'

export const customerItem = (number: number, different: Partial<CustomerItem> = {}): CustomerItem => ({
  id: `118f3a52-6c1e-8d5b-9a4e-${String(number).padStart(12, '0')}`,
  name: `Customer ${number}`,
  email: 'ap@acme.example',
  currency: 'EUR',
  country: 'DE',
  industry: null,
  credit_score: null,
  credit_limit: '1000.0000',
  connection_id: '218f3a52-6c1e-8d5b-9a4e-000000000001',
  version: 3,
  balances: [
    {
      currency: 'EUR',
      open_balance: '1250.0000',
      overdue: '250.0000',
      unapplied: '0.0000',
      open_invoices: 2,
      oldest_due_on: '2026-11-01',
      mean_days_late: 4.5,
      paid_invoices: 10,
      paid_late: 4,
    },
  ],
  risk_level: 'medium',
  p_late30: 0.21,
  expected_loss: '12.0000',
  open_home: '1250.0000',
  overdue_home: '250.0000',
  ...different,
})

export const totals = (count: number): CustomerTotals => ({
  count,
  is_exact: true,
  by_currency: [{ currency: 'EUR', count, open_balance: '9876.0000', overdue: '54.0000' }],
  facets: {
    currency: [{ value: 'EUR', count }],
    country: [
      { value: 'DE', count: 2 },
      { value: 'FR', count: 1 },
    ],
    risk_level: [{ value: 'high', count: 5 }],
    connection_id: [],
  },
})

export const customer = (different: Partial<Customer> = {}): Customer => ({
  id: ID,
  external_id: 'C-1',
  name: 'Acme GmbH',
  email: 'ap@acme.example',
  currency: 'EUR',
  country: 'DE',
  industry: null,
  credit_score: null,
  credit_limit: '1000.0000',
  connection_id: '218f3a52-6c1e-8d5b-9a4e-000000000001',
  version: 3,
  balances: [
    {
      currency: 'EUR',
      open_balance: '1250.0000',
      unapplied: '0.0000',
      open_invoices: 2,
      oldest_due_on: '2026-11-01',
      mean_days_late: 4.5,
      paid_invoices: 10,
      paid_late: 4,
      last_paid_on: '2026-11-20',
    },
  ],
  profile: {
    notes: 'Calls back on Tuesdays.',
    contacts: [{ name: 'Jo Doe', role: 'AP', email: 'jo@acme.example' }],
  },
  aging: [
    {
      as_of: '2026-11-27',
      basis: 'due_on',
      currency: 'EUR',
      customer_id: ID,
      buckets: [
        { label: 'current', amount: '1000.0000', invoices: 1 },
        { label: '1-30', amount: '250.0000', invoices: 1 },
        { label: '31-60', amount: '0', invoices: 0 },
        { label: '61-90', amount: '0', invoices: 0 },
        { label: '91+', amount: '0', invoices: 0 },
      ],
      unapplied: '5.0000',
      open: '1250.0000',
      balance: '1245.0000',
      invoices: 2,
    },
  ],
  risk: null,
  promises: { kept: 3, partly_kept: 0, broken: 1, p_kept: 0.75 },
  ...different,
})
