import { expect, test } from 'vitest'
import { limitUsed, payBehaviour } from './balances'
import { customerItem } from './customers.fixtures'
import { type Filters, isFiltered, toQuery } from './filters'
import { minus } from './kpis'
import { differences, profileForm, toProfile, toValues } from './profile-form'

const NOTHING: Filters = { tab: 'all', q: '', risk: [], currency: null, country: null, conn: null }

test('filters as the hub takes them', () => {
  expect(
    toQuery({ ...NOTHING, tab: 'overdue', q: ' ac ', risk: ['high', 'low'], currency: 'EUR', country: 'DE' }),
  ).toEqual({
    overdue: true,
    name: 'ac',
    risk_level: ['high', 'low'],
    currency: 'EUR',
    country: 'DE',
  })
  expect(toQuery({ ...NOTHING, tab: 'risk', risk: ['low'] })).toEqual({ open: true, risk_level: ['high'] })
  expect(toQuery({ ...NOTHING, currency: 'euro', conn: 'books' })).toEqual({})
  expect(isFiltered(NOTHING)).toBe(false)
  expect(isFiltered({ ...NOTHING, country: 'DE' })).toBe(true)
})

test('payment behaviour weighs each currency by its invoices', () => {
  const balances = [
    { paid_invoices: 9, paid_late: 3, mean_days_late: 2 },
    { paid_invoices: 1, paid_late: 1, mean_days_late: 12 },
    { paid_invoices: 0, paid_late: 0, mean_days_late: null },
  ]
  expect(payBehaviour(balances)).toEqual({ paid: 10, onTime: 0.6, meanDaysLate: 3 })
  expect(payBehaviour([])).toEqual({ paid: 0, onTime: null, meanDaysLate: null })
})

test('the limit is of the customer’s own currency', () => {
  expect(limitUsed(customerItem(1))).toBe(1.25)
  expect(limitUsed(customerItem(1, { currency: 'USD' }))).toBe(0)
  expect(limitUsed(customerItem(1, { credit_limit: null }))).toBeNull()
})

test('amounts are taken off each other exactly', () => {
  expect(minus('12345678901234.5678', '0.0001')).toBe('12345678901234.5677')
  expect(minus('1', '2.5')).toBe('-1.5000')
})

const words = { name: 'name', email: 'email', tooLong: 'long', tooMany: 'many' }
const PROFILE = {
  notes: 'n',
  tags: ['a', 'b'],
  contacts: [{ name: 'Jo', email: 'jo@a.example' }],
  risk_override: 'low' as const,
}

test('a profile survives the form', () => {
  expect(toProfile(toValues(PROFILE))).toEqual({
    ...PROFILE,
    preferred_channel: null,
    exclude_from_reminders: false,
  })
  expect(toProfile(toValues({}))).toEqual({
    contacts: [],
    risk_override: null,
    preferred_channel: null,
    exclude_from_reminders: false,
  })
})

test('tags are taken apart, once each', () => {
  expect(toProfile({ ...toValues({}), tags: ' key ,, slow, key' }).tags).toEqual(['key', 'slow'])
})

test('what is wrong with a profile is said at its field', () => {
  const contacts = [{ name: ' ', role: '', email: 'nobody', phone: '' }]
  const found = profileForm(words).safeParse({ ...toValues({}), contacts, notes: 'x'.repeat(10_001) })
  expect(found.error?.issues.map(({ path, message }) => [path.join('.'), message])).toEqual([
    ['contacts.0.name', 'name'],
    ['contacts.0.email', 'email'],
    ['notes', 'long'],
  ])
})

test('two profiles differ where they do', () => {
  const mine = toValues(PROFILE)
  expect(differences(mine, toValues({ ...PROFILE, notes: 'other', tags: ['a'] }))).toEqual(['notes', 'tags'])
  expect(differences(mine, toValues(PROFILE))).toEqual([])
})
