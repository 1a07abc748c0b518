import { expect, test } from 'vitest'
import { checklistOf } from './checklist'
import { suggestion } from './fixtures'

const said = (kind: string, status: 'have' | 'missing' | 'not_needed') => ({
  kind,
  status,
  url: null,
  note: null,
  at: '2026-11-27T08:00:00+00:00',
})

test('what is asked for and not said is missing, and what is missing comes first', () => {
  const items = checklistOf({
    suggestion: suggestion({ evidence_needed: ['packing_list', 'proof_of_delivery', 'photos'] }),
    evidence: [said('photos', 'not_needed'), said('packing_list', 'have')],
  })
  expect(items.map(({ kind, status }) => [kind, status])).toEqual([
    ['proof_of_delivery', 'missing'],
    ['packing_list', 'have'],
    ['photos', 'not_needed'],
  ])
})

test('without a suggestion there is what people said', () => {
  expect(checklistOf({ suggestion: null, evidence: [said('quote', 'have')] })).toHaveLength(1)
  expect(checklistOf({ suggestion: null, evidence: [] })).toEqual([])
})
