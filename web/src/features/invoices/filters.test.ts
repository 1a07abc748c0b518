import { expect, test } from 'vitest'
import { type Filters, isFiltered, TABS, toQuery } from './filters'

const NOTHING: Filters = {
  tab: 'all',
  q: '',
  status: [],
  bucket: [],
  risk: [],
  currency: null,
  conn: null,
  customer: null,
  from: null,
  to: null,
  min: null,
  max: null,
  late: null,
  expfrom: null,
  expto: null,
}
const query = (filters: Partial<Filters>) => toQuery({ ...NOTHING, ...filters }, '2026-11-27')

test.each([
  ['open', { open: true }],
  ['due', { open: true, due_from: '2026-11-27', due_to: '2026-12-03' }],
  ['overdue', { overdue: true }],
  ['risk', { open: true, risk_level: ['high'] }],
  ['disputed', { open: true, disputed: true }],
  ['paid', { status: ['paid'] }],
  ['all', {}],
] as const)('the tab %s', (tab, expected) => {
  expect(query({ tab })).toEqual(expected)
})

test('every filter goes to the hub under its name there', () => {
  expect(
    query({
      q: ' acme ',
      status: ['open', 'paid'],
      bucket: ['91+'],
      risk: ['high'],
      currency: 'EUR',
      conn: 'c',
      customer: 'd',
      from: '2026-01-01',
      to: '2026-01-31',
      min: '10',
      max: '20.50',
      late: 0.5,
      expfrom: '2026-02-01',
      expto: '2026-02-28',
    }),
  ).toEqual({
    q: 'acme',
    status: ['open', 'paid'],
    aging: ['91+'],
    risk_level: ['high'],
    currency: 'EUR',
    connection_id: 'c',
    customer_id: 'd',
    due_from: '2026-01-01',
    due_to: '2026-01-31',
    min_balance: '10',
    max_balance: '20.50',
    p_late30_min: 0.5,
    expected_from: '2026-02-01',
    expected_to: '2026-02-28',
  })
})

test('a tab that says the status or the days is not contradicted', () => {
  expect(query({ tab: 'paid', status: ['open'] })).toEqual({ status: ['paid'] })
  expect(query({ tab: 'due', from: '2020-01-01' })).toEqual(query({ tab: 'due' }))
})

test('what the hub would refuse is left out', () => {
  expect(query({ q: 'x'.repeat(300) }).q).toHaveLength(100)
  expect(query({ late: 1.5 })).toEqual({})
})

test('a tab alone is no filter, anything else is', () => {
  for (const tab of TABS) expect(isFiltered({ ...NOTHING, tab })).toBe(false)
  expect(isFiltered({ ...NOTHING, late: 0.25 })).toBe(true)
  expect(isFiltered({ ...NOTHING, bucket: ['current'] })).toBe(true)
})
