import { expect, test } from 'vitest'
import { type Filters, isFiltered, SORTS, TAB_SORTS, TAB_STATUSES, TABS, toQuery } from './filters'

const NOTHING: Filters = {
  tab: 'approve',
  q: '',
  kind: [],
  delivery: [],
  channel: null,
  policy: null,
  customer: null,
  invoice: null,
  from: null,
  to: null,
}

test('each tab asks for its statuses, and every order it begins with is one', () => {
  for (const tab of TABS) {
    expect(toQuery({ ...NOTHING, tab })).toEqual({ status: [...TAB_STATUSES[tab]] })
    expect(SORTS).toContain(TAB_SORTS[tab])
  }
})

test('every status but one of another tab is in exactly one tab', () => {
  const all = Object.values(TAB_STATUSES).flat()
  expect(new Set(all).size).toBe(all.length)
  expect(all).toHaveLength(11)
})

test('days narrow what was sent by when it was, and all else by when it is to be', () => {
  const days = { from: '2026-11-01', to: '2026-11-30' }
  const sent = toQuery({ ...NOTHING, ...days, tab: 'sent' })
  expect(Object.keys(sent).sort()).toEqual(['sent_from', 'sent_to', 'status'])
  const due = toQuery({ ...NOTHING, ...days })
  expect(due.scheduled_from).toBe(new Date('2026-11-01T00:00:00').toISOString())
  expect(due.scheduled_to).toBe(new Date('2026-11-30T23:59:59.999').toISOString())
})

test('what became of a message narrows only what was sent', () => {
  const bounced: Filters = { ...NOTHING, delivery: ['bounced'] }
  expect(toQuery(bounced)).not.toHaveProperty('delivery')
  expect(toQuery({ ...bounced, tab: 'sent' }).delivery).toEqual(['bounced'])
})

test('the tab alone narrows nothing', () => {
  expect(isFiltered({ ...NOTHING, tab: 'failed' })).toBe(false)
  expect(isFiltered({ ...NOTHING, q: 'acme' })).toBe(true)
  expect(isFiltered({ ...NOTHING, kind: ['manual'] })).toBe(true)
})
