import { describe, expect, test } from 'vitest'
import { makeFormat, NONE } from './format'

const en = makeFormat('en-US')
const de = makeFormat('de-DE')
/** Non-breaking spaces as plain ones, which read better here. */
const plain = (text: string) => text.replaceAll(/[\u00a0\u202f\u2009]/g, ' ')

describe('money', () => {
  test.each([
    ['1204.5', 'USD', '$1,204.50'],
    ['-0.07', 'USD', '\u2212$0.07'],
    ['1204', 'JPY', '¥1,204'],
    ['90071992547409931.23', 'EUR', '€90,071,992,547,409,931.23'], // beyond what a float holds
    ['12.3456', 'EUR', '€12.3456'],
    ['12.3400', 'EUR', '€12.34'],
  ])('%s %s is %s', (amount, currency, expected) => {
    expect(en.money(amount, currency)).toBe(expected)
  })

  test('is written as the locale does', () => {
    expect(plain(de.money('-1204.5', 'EUR'))).toBe('\u22121.204,50 €')
    expect(plain(de.amount('1204.5', 'EUR'))).toBe('1.204,50')
    expect(en.amount('1204', 'JPY')).toBe('1,204')
  })

  test('other dollars are told apart', () => {
    expect(en.money('1', 'CAD')).toBe('CA$1.00')
  })

  test.each([
    ['2840000', '$2.84M'],
    ['1040000', '$1.04M'],
    ['999.5', '$1K'],
    ['842.17', '$842'],
    ['0', '$0'],
    ['-15240', '\u2212$15.2K'],
  ])('%s in short is %s', (amount, expected) => {
    expect(en.compactMoney(amount, 'USD')).toBe(expected)
  })

  test('a range in short', () => {
    expect(en.compactMoneyRange('2840000', '3100000', 'USD')).toBe('$2.84M–$3.1M')
  })
})

test.each([
  [0.4249, '42%'],
  [0.0995, '10%'],
  [0.0994, '9.9%'],
  [0.084, '8.4%'],
  [-0.031, '\u22123.1%'],
  [0, '0%'],
  ['1.25', '125%'],
])('the ratio %s is %s', (ratio, expected) => {
  expect(en.percent(ratio)).toBe(expected)
})

test.each([
  [0, '<1%'],
  [0.0099, '<1%'],
  [0.01, '1%'],
  [0.5, '50%'],
  [0.99, '99%'],
  [0.991, '>99%'],
  [1, '>99%'],
])('the probability %s is never certain: %s', (ratio, expected) => {
  expect(en.probability(ratio)).toBe(expected)
})

test('days and numbers', () => {
  expect(en.days(1)).toBe('1 day')
  expect(en.days('11.4')).toBe('11 days')
  expect(en.days(11.4, 1)).toBe('11.4 days')
  expect(plain(de.days(11))).toBe('11 Tage')
  expect(en.number(12408)).toBe('12,408')
  expect(en.number(-3.14159, 2)).toBe('\u22123.14')
  expect(en.compactNumber(12408)).toBe('12.4K')
})

test('dates are the same day everywhere', () => {
  expect(en.day('2026-11-22')).toBe('Nov 22, 2026')
  expect(makeFormat('en-GB').day('2026-11-22')).toBe('22 Nov 2026')
  expect(de.day('2026-11-22')).toBe('22. Nov. 2026')
  expect(makeFormat('en-GB').shortDay('2026-11-02')).toBe('2 Nov')
  expect(en.month('2026-11-30')).toBe('Nov 2026')
  expect(plain(en.range('2026-11-22', '2026-11-28'))).toBe('Nov 22 – 28, 2026')
})

test('an instant is written in the reader’s time zone', () => {
  expect(plain(en.instant('2026-11-22T14:05:00+01:00'))).toBe('Nov 22, 2026, 1:05 PM')
})

test.each([
  ['2026-11-22T11:48:00Z', '12 min. ago'],
  ['2026-11-22T11:00:20Z', '1 hr. ago'],
  ['2026-11-22T15:00:00Z', 'in 3 hr.'],
  ['2026-11-21T12:00:00Z', 'yesterday'],
  ['2026-11-22T11:59:50Z', 'now'],
  ['2024-11-22T12:00:00Z', '2 yr. ago'],
])('%s is %s', (iso, expected) => {
  expect(en.ago(iso, Date.parse('2026-11-22T12:00:00Z'))).toBe(expected)
})

test('nothing is a dash', () => {
  expect([
    en.money(null, 'USD'),
    en.percent(undefined),
    en.probability(null),
    en.day(null),
    en.ago(null),
  ]).toEqual([NONE, NONE, NONE, NONE, NONE])
})
