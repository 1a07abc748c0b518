import { expect, test } from 'vitest'
import { type ChangeDraft, draftOf, scenarioSchema } from './changes'

const acme = { id: '018f3a52-6c1e-8d5b-9a4e-3d1c2b7f9e10', name: 'Acme GmbH' }
const draft = (kind: ChangeDraft['kind'], more: Partial<ChangeDraft> = {}): ChangeDraft => ({
  ...draftOf(kind, '2026-11-27', 'EUR'),
  ...more,
})

test.each([
  [draft('stops_paying', { customer: acme }), { kind: 'stops_paying', customer_id: acme.id }],
  [draft('terms', { days: ' -10 ' }), { kind: 'terms', days: -10 }],
  [draft('terms', { days: '30', customer: acme }), { kind: 'terms', days: 30, customer_id: acme.id }],
  [draft('collection_push', { days: '5', share: '40' }), { kind: 'collection_push', days: 5, share: 0.4 }],
  [
    draft('new_invoice', { customer: acme, amount: '250000.50' }),
    {
      kind: 'new_invoice',
      customer_id: acme.id,
      currency: 'EUR',
      amount: '250000.50',
      issued_on: '2026-11-27',
      due_on: '2026-12-27',
    },
  ],
])('a change goes out with what its kind takes and nothing else: %o', (given, expected) => {
  expect(scenarioSchema.parse({ changes: [given] }).changes).toEqual([expected])
})

test.each([
  [draft('stops_paying'), 'customer', 'customer'],
  [draft('terms', { days: '0' }), 'days', 'daysNotZero'],
  [draft('terms', { days: '200' }), 'days', 'days'],
  [draft('terms', { days: 'soon' }), 'days', 'days'],
  [draft('collection_push', { days: '-3' }), 'days', 'daysSooner'],
  [draft('collection_push', { share: '0' }), 'share', 'share'],
  [draft('new_invoice', { customer: acme, amount: '1,000' }), 'amount', 'amount'],
  [draft('new_invoice', { customer: acme, amount: '0' }), 'amount', 'amount'],
  [draft('new_invoice', { customer: acme, amount: '1', dueOn: '2026-11-26' }), 'dueOn', 'dueBeforeIssued'],
  [draft('new_invoice', { customer: acme, amount: '1', issuedOn: '' }), 'issuedOn', 'date'],
])('what is wrong is said at its field: %o', (given, field, what) => {
  const found = scenarioSchema.safeParse({ changes: [given] })
  expect(found.error?.issues.map((issue) => [issue.path.at(-1), issue.message])).toContainEqual([field, what])
})
