import { describe, expect, test } from 'vitest'
import {
  amountScale,
  countScale,
  dayNumber,
  dayTicks,
  isoDay,
  labelInterval,
  levelScale,
  niceTicks,
  rollingMedian,
} from './chart-utils'

describe('niceTicks', () => {
  test.each([
    [0, 100, [0, 25, 50, 75, 100]],
    [0, 97, [0, 25, 50, 75, 100]],
    [0, 1_040_000, [0, 500_000, 1_000_000, 1_500_000]],
    [0, 0.3, [0, 0.1, 0.2, 0.3]],
    [-40, 90, [-50, 0, 50, 100]],
    [50.3, 54.3, [50, 51, 52, 53, 54, 55]],
    [7, 7, [6, 8, 10, 12, 14]],
  ])('from %d to %d', (least, most, expected) => expect(niceTicks(least, most)).toEqual(expected))

  test.each([0.0007, 0.4, 3, 19, 271, 8_123, 555_555, 7e8])(
    'a range up to %d has four to six steps that hold it',
    (most) => {
      const ticks = niceTicks(0, most)
      expect(ticks.length).toBeGreaterThanOrEqual(3)
      expect(ticks.length).toBeLessThanOrEqual(6)
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(most)
    },
  )
})

describe('scales', () => {
  test('amounts start at zero', () => {
    expect(amountScale([812, 640, null]).domain[0]).toBe(0)
  })

  test('counts stand beside whole numbers alone, each once', () => {
    expect(countScale([0, 2]).ticks).toEqual([0, 1, 2])
    expect(countScale([0, 0]).ticks).toContain(0)
  })

  test('amounts below zero keep zero inside', () => {
    const { domain, ticks } = amountScale([-300, -120])
    expect(domain[0]).toBeLessThanOrEqual(-300)
    expect(domain[1]).toBe(0)
    expect(ticks).toContain(0)
  })

  test('levels fit their values and leave zero out', () => {
    const { domain } = levelScale([50.3, 54.3])
    expect(domain[0]).toBeGreaterThan(40)
    expect(domain[1]).toBeLessThan(65)
  })

  test('a flat level still has a height', () => {
    const { domain } = levelScale([45, 45])
    expect(domain[0]).toBeLessThan(45)
    expect(domain[1]).toBeGreaterThan(45)
  })

  test('a level that is never negative is not drawn below zero', () => {
    expect(levelScale([0, 0.2]).domain[0]).toBe(0)
  })

  test('nothing known gives a scale all the same', () => {
    expect(amountScale([]).ticks.length).toBeGreaterThan(1)
    expect(levelScale([null]).ticks.length).toBeGreaterThan(1)
  })
})

describe('days', () => {
  test('there and back, over a leap day', () => {
    expect(isoDay(dayNumber('2028-02-28') + 2)).toBe('2028-03-01')
  })

  test('ticks over four months are weeks apart', () => {
    const ticks = dayTicks(0, 120)
    expect(ticks).toEqual([0, 28, 56, 84, 112])
  })

  test('21 labels of which 8 have room: every third', () => {
    expect(labelInterval(21, 8)).toBe(3)
  })
})

test('a rolling median forgets what is older than its width and is not thrown by one outlier', () => {
  expect(rollingMedian([1, 2, 90, 3, 4], 3)).toEqual([null, null, 2, 3, 4])
})
