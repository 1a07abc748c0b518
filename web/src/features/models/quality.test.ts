import { expect, test } from 'vitest'
import type { Accuracy, Model } from './api'
import { backtestOf, byMonth, gain, qualityOf, shiftOf } from './quality'

const figures = {
  n: 40,
  mae: 4,
  mae_naive: 5,
  bias: 0.5,
  coverage: 0.82,
  n_due: 30,
  brier: 0.15,
  brier_naive: 0.2,
  ece: 0.02,
}
const accuracy: Accuracy = {
  since: '2025-12-01',
  horizon: 'first',
  overall: figures,
  months: [
    { ...figures, month: '2026-02-01', model: 'xgboost_hazard', n: 30, mae: 3, mae_naive: 6 },
    { ...figures, month: '2026-02-01', model: 'naive', n: 10, mae: 7, mae_naive: 6 },
    { ...figures, month: '2026-01-01', model: 'naive', n: 10, mae: 7, mae_naive: 7 },
    { ...figures, month: '2026-03-01', model: 'naive', n: 0, mae: null, mae_naive: null },
  ],
  segments: [{ ...figures, segment: 'history', value: 'many' }],
  reliability: [{ n: 12, p_mean: 0.3, share_paid: 0.35 }],
  champion: null,
}

const measured = { n: 100, mae: 8.4, brier: 0.17, coverage: 0.81, ece: 0.03 }
const model: Model = {
  id: '018f3a52-6c1e-8d5b-9a4e-3d1c2b7f9e10',
  number: 6,
  task: 'forecast',
  backend: 'xgboost_hazard',
  backend_version: '1.0.0',
  feature_version: 4,
  status: 'champion',
  reason: 'It was best.',
  as_of: '2026-11-27',
  trained_at: '2026-11-27T22:37:19+00:00',
  backtest: {
    model: measured,
    customer_median: { ...measured, mae: 9, coverage: null },
    calibration: [{ n: 50, p_mean: 0.1, share_paid: 0.12 }],
    errors: [{ n: 24, label: 'no payment before', mae: 6.25, mae_customer_median: 6.9 }],
  },
  scores: null,
  data: null,
  pinned_at: null,
  bytes: 1000,
  sha256: null,
  is_kept: true,
  drift: null,
}

test('the record counts once a forecast has met its truth', () => {
  expect(qualityOf(accuracy)).toMatchObject({ n: 40, mae: 4, maeNaive: 5, source: 'record' })
  expect(qualityOf({ ...accuracy, overall: { ...figures, n: 0, mae: null } })).toBeNull()
})

test('a backtest says the same things of the time before', () => {
  expect(backtestOf(model)).toMatchObject({
    n: 100,
    mae: 8.4,
    maeNaive: 9,
    coverage: 0.81,
    bins: [{ n: 50, forecast: 0.1, observed: 0.12 }],
    segments: [{ kind: 'backtest', value: 'no payment before', maeNaive: 6.9 }],
    source: 'backtest',
  })
})

test.each([null, {}, { mae: 4.5 }])('a backtest of another shape is none: %o', (other) => {
  expect(backtestOf({ ...model, backtest: other as Model['backtest'] })).toBeNull()
})

test('several backends in a month weigh by what they forecast; a month without payments is left out', () => {
  expect(byMonth(accuracy)).toEqual([
    { month: '2026-01-01', n: 10, mae: 7, maeNaive: 7 },
    { month: '2026-02-01', n: 40, mae: 4, maeNaive: 6 },
  ])
})

test('the gain over the rule of thumb is a share of its error', () => {
  expect(gain(4, 5)).toBeCloseTo(0.2)
  expect(gain(6, 5)).toBeCloseTo(-0.2)
  expect(gain(null, 5)).toBeNull()
})

test('inputs that moved are named, the furthest first', () => {
  const drift = {
    measured_at: '2026-11-27T00:00:00+00:00',
    error: null,
    alarms: [],
    input: { n: 300, mean: 0.1, psi: { amount: 0.02, usual_delay: 0.4 }, shifted: ['usual_delay'] },
  }
  expect(shiftOf({ ...model, drift })).toEqual([
    { feature: 'usual_delay', index: 0.4, isShifted: true },
    { feature: 'amount', index: 0.02, isShifted: false },
  ])
  expect(shiftOf(model)).toBeNull()
})
