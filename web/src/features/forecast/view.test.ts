import { expect, test } from 'vitest'
import { backOf, horizonOf } from './view'

test.each([
  ['day', 4, 28],
  ['day', 26, 182],
  ['week', 13, 13],
  ['month', 4, 1],
  ['month', 13, 3],
  ['month', 26, 6],
] as const)('by %s, %d weeks are %d periods', (by, weeks, expected) => {
  expect(horizonOf({ by, weeks })).toBe(expected)
})

test('the past never takes more room than the hub and the page have', () => {
  expect(backOf({ by: 'week', weeks: 13 })).toBe(9)
  expect(backOf({ by: 'week', weeks: 26 })).toBe(13)
  expect(backOf({ by: 'day', weeks: 26 })).toBe(42)
  expect(backOf({ by: 'month', weeks: 4 })).toBe(3)
})
