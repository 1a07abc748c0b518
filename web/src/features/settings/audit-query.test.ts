import { expect, test } from 'vitest'
import { changedFields } from './audit-diff'
import { toQuery } from './audit-query'
import { stateOf, type Key } from './keys-api'

const NONE = { action: '', kind: null, outcome: null, actor: null, object: null, from: null, to: null }

test('what is not asked for is left out', () => {
  expect(toQuery(NONE)).toEqual({})
})

test('days are whole days, the last one to its end', () => {
  const query = toQuery({ ...NONE, action: 'member.', kind: 'person', from: '2026-03-01', to: '2026-03-31' })
  expect(query).toEqual({
    action: 'member.',
    actor_kind: 'person',
    from: '2026-03-01T00:00:00.000Z',
    to: '2026-04-01T00:00:00.000Z',
  })
})

test('what is no day is as if it were not there', () => {
  expect(toQuery({ ...NONE, from: 'soon', to: '2026-13' })).toEqual({})
})

test('only fields that differ are changes', () => {
  const before = { name: 'Old', role: 'admin', tags: ['a'] }
  expect(changedFields(before, { name: 'New', role: 'admin', tags: ['a'], note: 'x' })).toEqual([
    'name',
    'note',
  ])
  expect(changedFields(null, { role: 'viewer' })).toEqual(['role'])
  expect(changedFields(null, null)).toEqual([])
})

test('how a key stands', () => {
  const now = Date.parse('2026-03-01T00:00:00Z')
  const key = (different: Partial<Key>) =>
    stateOf({ expires_at: null, revoked_at: null, replaced_by: null, ...different } as Key, now)
  expect(key({})).toBe('active')
  expect(key({ expires_at: '2026-03-01T00:00:00+00:00' })).toBe('expired')
  expect(key({ expires_at: '2026-03-02T00:00:00+00:00', replaced_by: 'another' })).toBe('replaced')
  expect(key({ expires_at: '2026-03-02T00:00:00+00:00', revoked_at: '2026-02-01T00:00:00+00:00' })).toBe(
    'revoked',
  )
})
