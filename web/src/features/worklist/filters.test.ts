import { expect, test } from 'vitest'
import { filterParsers, isFiltered, NO_FILTERS, toQuery } from './filters'

test('the hub is asked for what the filters say, and for nothing where they say nothing', () => {
  expect(toQuery(NO_FILTERS, 50, null)).toEqual({ limit: 50 })
  expect(toQuery({ step: 'call', risk: 'high' }, 25, 'next')).toEqual({
    limit: 25,
    next_step: 'call',
    risk_level: 'high',
    cursor: 'next',
  })
  expect([isFiltered(NO_FILTERS), isFiltered({ step: null, risk: 'low' })]).toEqual([false, true])
})

test('a step that nobody knows is as if it were not in the address', () => {
  expect(filterParsers.step.parse('shout')).toBeNull()
  expect(filterParsers.risk.parse('high')).toBe('high')
})
