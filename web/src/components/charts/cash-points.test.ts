import { expect, test } from 'vitest'
import { cashPoints, earlierOf } from './cash-points'

const earlier = {
  as_of: '2026-11-15',
  came: '80.00',
  expected: '90.00',
  p10: '40.00',
  p50: '85.00',
  p90: '150.00',
}
const flow = {
  actual: [
    {
      starts_on: '2026-11-16',
      ends_on: '2026-11-22',
      week: '2026-11-16',
      amount: '100.2500',
      forecast_1_week_before: earlier,
      forecast_4_weeks_before: null,
    },
    { starts_on: '2026-11-23', ends_on: '2026-11-29', week: '2026-11-23', amount: '7.0000' },
  ],
  forecast: [
    {
      starts_on: '2026-11-23',
      ends_on: '2026-11-29',
      week: '2026-11-23',
      expected: '33.00',
      p10: '0.00',
      p50: '30.00',
      p90: '90.00',
    },
    {
      starts_on: '2026-11-30',
      ends_on: '2026-12-06',
      week: '2026-11-30',
      expected: '50.00',
      p10: '10.00',
      p90: '80.00',
    },
  ],
}

test('the running period has what came and what is still expected; the others have one of them', () => {
  expect(cashPoints(flow).map(({ startsOn, actual, expected }) => [startsOn, actual, expected])).toEqual([
    ['2026-11-16', 100.25, null],
    ['2026-11-23', 7, { p10: 0, p50: 30, p90: 90 }],
    ['2026-11-30', null, { p10: 10, p50: null, p90: 80 }],
  ])
})

test('an earlier forecast is shown only where it is asked for and where there was one', () => {
  expect(cashPoints(flow).map((point) => point.earlier)).toEqual([null, null, null])
  expect(cashPoints(flow, '1').map((point) => point.earlier)).toEqual([
    { p10: 40, p50: 85, p90: 150 },
    null,
    null,
  ])
  expect(earlierOf(flow.actual[0]!, '4')).toBeNull()
})

test('a running month is one period, though what is expected of it begins tomorrow', () => {
  const month = { starts_on: '2026-11-01', ends_on: '2026-11-30', amount: '500.0000' }
  const rest = {
    starts_on: '2026-11-28',
    ends_on: '2026-11-30',
    expected: '40',
    p10: '10',
    p50: '35',
    p90: '80',
  }
  expect(cashPoints({ actual: [month], forecast: [rest] })).toEqual([
    {
      startsOn: '2026-11-01',
      endsOn: '2026-11-30',
      actual: 500,
      earlier: null,
      expected: { p10: 10, p50: 35, p90: 80 },
    },
  ])
})
