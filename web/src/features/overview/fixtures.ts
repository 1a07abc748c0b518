import type { CurrencyOverview, Overview } from './api'

/** Answers of /api/overview, for tests. */
export const euros: CurrencyOverview = {
  currency: 'EUR',
  open: '1000.0000',
  open_invoices: 12,
  customers: 4,
  overdue: '250.0000',
  overdue_invoices: 3,
  overdue_before: '300.0000',
  unapplied: '0',
  buckets: [
    { label: 'current', amount: '750.0000', invoices: 9 },
    { label: '1-30', amount: '200.0000', invoices: 2 },
    { label: '31-60', amount: '50.0000', invoices: 1 },
    { label: '61-90', amount: '0', invoices: 0 },
    { label: '91+', amount: '0', invoices: 0 },
  ],
  dso: {
    name: 'dso',
    method: 'rolling',
    currency: 'EUR',
    value: '40.00',
    unit: 'days',
    inputs: {},
    note: null,
  },
  trend: Array.from({ length: 13 }, (_, at) => {
    const month = new Date(Date.UTC(2025, 10 + at, 1)).toISOString().slice(0, 10)
    return { month, to_on: month, dso: at === 0 ? '42.50' : '40.00' }
  }),
  cash: {
    four_weeks: { expected: '600.00', p10: '400.00', p90: '800.00' },
    actual: [{ starts_on: '2026-11-16', ends_on: '2026-11-22', week: '2026-11-16', amount: '120.0000' }],
    forecast: [
      {
        starts_on: '2026-11-23',
        ends_on: '2026-11-29',
        week: '2026-11-23',
        expected: '150.00',
        p10: '90.00',
        p50: '140.00',
        p90: '260.00',
      },
    ],
  },
}

export const overview: Overview = {
  as_of: '2026-11-27',
  home_currency: 'EUR',
  currencies: [euros],
  forecast: {
    as_of: '2026-11-27',
    made_at: '2026-11-27T04:00:00+00:00',
    model_id: '018f3a52-6c1e-8d5b-9a4e-3d1c2b7f9e10',
    model: 'xgboost_hazard',
    model_number: 6,
    model_version: '1.0.0',
    alarms: [],
  },
  contacts: {
    items: [
      {
        customer_id: '018f3a52-6c1e-8d5b-9a4e-3d1c2b7f9e11',
        customer_name: 'Acme GmbH',
        risk_level: 'medium',
        p_late30: 0.2,
        p_late60: 0.1,
        p_late90: 0.05,
        segment: 'late_payer',
        next_step: 'call',
        why: 'Overdue for 9 days; a call finds out what it waits for.',
        contact_value: '100.0000',
        expected_loss: '5.0000',
        oldest_due_on: '2026-11-18',
        held: [],
        amounts: [
          {
            currency: 'EUR',
            open: '500.0000',
            free: '500.0000',
            overdue: '250.0000',
            delayed: '200.0000',
            late30: '50.0000',
            loss: '5.0000',
          },
        ],
      },
    ],
    as_of: '2026-11-27',
    home_currency: 'EUR',
    assumption: 'An assumption.',
    contact_saves: {},
    next_cursor: null,
  },
  attention: {
    notices: [],
    runs: [],
    disputes: { unresolved: 0, late: 0, check: 0, unassigned: 0 },
    reminders: { to_approve: 0, uncertain: 0, failed: 0 },
    promises: { broken: 0 },
  },
  progress: {
    connections: 1,
    last_synced_at: '2026-11-27T03:00:00+00:00',
    has_invoices: true,
    has_forecast: true,
  },
}
