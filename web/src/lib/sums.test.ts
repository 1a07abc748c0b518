import { expect, test } from 'vitest'
import { sumByCurrency } from './sums'

test('amounts are added exactly, a currency at a time', () => {
  const rows = [
    { currency: 'USD', amount: '0.1000' },
    { currency: 'EUR', amount: '12345678901234.5678' },
    { currency: 'USD', amount: '0.2000' },
    { currency: 'EUR', amount: '-0.0001' },
  ]
  expect(sumByCurrency(rows)).toEqual([
    { currency: 'EUR', amount: '12345678901234.5677' },
    { currency: 'USD', amount: '0.3000' },
  ])
  expect(sumByCurrency([{ currency: 'EUR', amount: '-1.5' }])).toEqual([
    { currency: 'EUR', amount: '-1.5000' },
  ])
})
