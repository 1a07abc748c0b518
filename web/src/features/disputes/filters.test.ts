import { expect, test } from 'vitest'
import { type Filters, isFiltered, toQuery } from './filters'

const none: Filters = {
  tab: 'open',
  q: '',
  status: [],
  group: [],
  code: null,
  source: [],
  owner: null,
  currency: null,
  customer: null,
  invoice: null,
  from: null,
  to: null,
}

test.each([
  ['open', { unended: true }],
  ['check', { check: true }],
  ['mine', { unended: true, owner: 'me' }],
  ['overdue', { overdue: true }],
  ['ended', { unended: false }],
] as const)('the tab %s', (tab, query) => {
  expect(toQuery({ ...none, tab })).toEqual(query)
})

test('a tab leaves out the filter that it is itself', () => {
  expect(toQuery({ ...none, tab: 'mine', owner: 'none' }).owner).toBe('me')
  expect(toQuery({ ...none, tab: 'ended', status: ['open'] })).toEqual({ unended: false })
})

test('days are the reader’s own, from their first moment to their last', () => {
  const query = toQuery({ ...none, from: '2026-11-01', to: '2026-11-02' })
  expect(query.opened_from).toBe(new Date('2026-11-01T00:00:00').toISOString())
  expect(query.opened_to).toBe(new Date('2026-11-02T23:59:59.999').toISOString())
})

test('what is typed is cut to what the hub takes', () => {
  expect(toQuery({ ...none, q: `  ${'x'.repeat(120)}` }).q).toHaveLength(100)
  expect(toQuery({ ...none, q: '   ' })).toEqual({ unended: true })
})

test('only filters count as filtering', () => {
  expect(isFiltered({ ...none, tab: 'ended' })).toBe(false)
  expect(isFiltered({ ...none, group: ['tax'] })).toBe(true)
  expect(isFiltered({ ...none, owner: 'none' })).toBe(true)
})
