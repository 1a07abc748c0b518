import { expect, test } from 'vitest'
import { invoice, pastPrediction } from './invoices.fixtures'
import { timelineOf } from './timeline'
import { readOut } from './curve'

const TODAY = '2026-11-27'
const { history } = invoice()
const first = history[0]!

test('what happened, the newest first', () => {
  const found = timelineOf(
    invoice({
      allocations: [
        {
          id: 'a1',
          kind: 'payment',
          amount: '50.0000',
          source_id: null,
          source_amount: null,
          applied_on: '2026-11-20',
          reversed_on: '2026-11-22',
        },
      ],
      history: [
        { ...first, superseded_at: '2026-11-21T08:00:00+00:00' },
        {
          ...first,
          recorded_at: '2026-11-21T08:00:00+00:00',
          row: { ...first.row, status: 'partially_paid', due_on: '2026-12-05' },
        },
      ],
    }),
    [],
    TODAY,
  )
  expect(found.map(({ kind, at }) => [kind, at.slice(0, 10)])).toEqual([
    ['reversed', '2026-11-22'],
    ['status', '2026-11-21'],
    ['dueMoved', '2026-11-21'],
    ['applied', '2026-11-20'],
    ['recorded', '2026-11-02'],
    ['issued', '2026-11-01'],
  ])
})

test('the due date stands there once it has come', () => {
  expect(timelineOf(invoice(), [], '2026-12-01').map(({ kind }) => kind)).toContain('due')
  expect(timelineOf(invoice(), [], '2026-11-30').map(({ kind }) => kind)).not.toContain('due')
})

test('a forecast is told when it is the first, and when it moved by ten points', () => {
  const runs = [
    pastPrediction(4, { p_late30: 0.6 }),
    pastPrediction(3, { p_late30: 0.49 }),
    pastPrediction(2, { p_late30: 0.45 }),
    pastPrediction(1, { p_late30: 0.42 }),
  ]
  const told = timelineOf(invoice(), runs, TODAY).filter(({ kind }) => kind === 'predicted')
  expect(told).toEqual([
    expect.objectContaining({ pLate30: 0.6, before: 0.42 }),
    expect.objectContaining({ pLate30: 0.42, before: null }),
  ])
})

test('the curve is read at the end of a day, and not beyond its last', () => {
  const points = [{ p_paid: 0.1 }, { p_paid: 0.2 }]
  expect([readOut(points, 1), readOut(points, 2), readOut(points, 3)]).toEqual([0.1, 0.2, null])
})
