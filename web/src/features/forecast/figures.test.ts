import { expect, test } from 'vitest'
import { cashPoints } from '@/components/charts/cash-points'
import type { Compared, CurrencyCashFlow } from './api'
import { coverageOf } from './coverage'
import { hasEffect, periodsOf, totalDifference, withWhatIf } from './what-if'

const before = (came: string, p10: string, p50: string, p90: string) => ({
  as_of: '2026-11-01',
  came,
  expected: p50,
  p10,
  p50,
  p90,
})

const flow: CurrencyCashFlow = {
  currency: 'EUR',
  four_weeks: { expected: '0', p10: '0', p90: '0' },
  actual: [
    // Much came in on invoices that nobody knew of: the forecast is held to those that it was about.
    {
      starts_on: '2026-11-09',
      ends_on: '2026-11-15',
      amount: '900',
      forecast_1_week_before: before('50', '40', '60', '80'),
    },
    {
      starts_on: '2026-11-16',
      ends_on: '2026-11-22',
      amount: '90',
      forecast_1_week_before: before('90', '40', '60', '80'),
    },
    { starts_on: '2026-11-23', ends_on: '2026-11-29', amount: '10', forecast_1_week_before: null },
  ],
  forecast: [
    { starts_on: '2026-11-23', ends_on: '2026-11-29', expected: '20', p10: '0', p50: '15', p90: '40' },
    { starts_on: '2026-11-30', ends_on: '2026-12-06', expected: '30', p10: '10', p50: '28', p90: '50' },
  ],
}

const compared: Compared = {
  name: 'What-if',
  assumes: [],
  currencies: [
    {
      currency: 'EUR',
      periods: [
        {
          starts_on: '2026-11-23',
          ends_on: '2026-11-29',
          base: { expected: '20.00', p10: '1.00', p50: '16.00', p90: '41.00' },
          scenario: { expected: '12.00', p10: '0.00', p50: '9.00', p90: '30.00' },
          difference: { expected: '-8.00', p10: '-12.00', p50: '-7.00', p90: '0.00' },
        },
        {
          starts_on: '2026-11-30',
          ends_on: '2026-12-06',
          base: { expected: '30.00', p10: '10.00', p50: '28.00', p90: '50.00' },
          scenario: { expected: '35.50', p10: '12.00', p50: '33.00', p90: '55.00' },
          difference: { expected: '5.50', p10: '0.00', p50: '5.00', p90: '9.00' },
        },
      ],
    },
  ],
}

test('a range is held against what came in on the invoices that were known when it was made', () => {
  expect(coverageOf(flow, '1')).toEqual({ periods: 2, held: 1, off: 20 })
  expect(coverageOf(flow, '4')).toBeNull()
})

test('a scenario is drawn beside the base that it was compared with, and leaves the past alone', () => {
  const points = withWhatIf(cashPoints(flow), periodsOf(compared, 'EUR'))
  expect(points.map(({ actual, expected, whatIf }) => [actual, expected?.p50, whatIf])).toEqual([
    [900, undefined, undefined],
    [90, undefined, undefined],
    [10, 16, 9],
    [null, 28, 33],
  ])
})

test('differences of the means add up', () => {
  expect(totalDifference(periodsOf(compared, 'EUR'))).toBeCloseTo(-2.5)
  expect(hasEffect(periodsOf(compared, 'EUR'))).toBe(true)
})

test('a scenario about another currency has no effect here', () => {
  expect(hasEffect(periodsOf(compared, 'USD'))).toBe(false)
})
