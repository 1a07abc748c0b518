import { expect, test } from 'vitest'
import { filterParsers, isFiltered, NO_FILTERS, toQuery } from './filters'

test('the hub is asked for what the filters say, and for nothing where they say nothing', () => {
  expect(toQuery(NO_FILTERS, 50, null)).toEqual({ limit: 50 })
  expect(toQuery({ step: 'call', risk: 'high', owner: 'me', resting: true }, 25, 'next')).toEqual({
    limit: 25,
    next_step: 'call',
    risk_level: 'high',
    owner: 'me',
    snoozed: true,
    cursor: 'next',
  })
  expect([
    isFiltered(NO_FILTERS),
    isFiltered({ ...NO_FILTERS, risk: 'low' }),
    isFiltered({ ...NO_FILTERS, owner: 'none' }),
    isFiltered({ ...NO_FILTERS, resting: true }),
    isFiltered({ ...NO_FILTERS, resting: false }),
  ]).toEqual([false, true, true, true, false])
})

test('a step or an owner that nobody knows is as if it were not in the address', () => {
  expect(filterParsers.step.parse('shout')).toBeNull()
  expect(filterParsers.risk.parse('high')).toBe('high')
  expect(toQuery({ ...NO_FILTERS, owner: 'drop table' }, 50, null)).toEqual({ limit: 50 })
})
