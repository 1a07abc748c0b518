import { expect, test } from 'vitest'
import type { CurrencyOverview, Overview } from './api'
import { change, chooseCurrency, daysBetween, dsoChange, isNew, overdueShare } from './shape'
import { euros, overview } from './fixtures'

const dollars: CurrencyOverview = { ...euros, currency: 'USD', open_invoices: 900 }
const both: Overview = { ...overview, currencies: [euros, dollars] }

test('the currency asked for comes first, then the home currency, then the busiest', () => {
  expect(chooseCurrency(both, 'USD')?.currency).toBe('USD')
  expect(chooseCurrency(both, 'CHF')?.currency).toBe('EUR')
  expect(chooseCurrency({ ...both, home_currency: null }, null)?.currency).toBe('USD')
  expect(chooseCurrency({ ...both, currencies: [] }, null)).toBeUndefined()
})

test('DSO is held against the same month a year ago, where both are known', () => {
  expect(dsoChange(euros)).toEqual({ days: -2.5, since: '2025-11-01' })
  expect(dsoChange({ ...euros, trend: euros.trend.slice(1) })).toBeNull()
  expect(dsoChange({ ...euros, trend: euros.trend.map((month) => ({ ...month, dso: null })) })).toBeNull()
})

test('shares and changes', () => {
  expect(overdueShare(euros)).toBe(0.25)
  expect(overdueShare({ ...euros, open: '0' })).toBeNull()
  expect(change('250.0000', '300.5000')).toBe(-50.5)
  expect(daysBetween('2026-02-27', '2026-03-02')).toBe(3)
})

test('a tenant is new until its ledger holds an invoice', () => {
  expect(isNew(overview)).toBe(false)
  expect(isNew({ ...overview, progress: { ...overview.progress, has_invoices: false } })).toBe(true)
})
