import { describe, expect, it } from 'vitest'
import { correct, correctionOf, isMendable, problemsByLine, sent } from './corrections'
import { assign, fieldByColumn, missing, statedIn } from './mapping'

const RECOGNISED = [
  { field: 'invoice_id', column: 'Number' },
  { field: 'customer_name', column: 'Customer' },
  { field: 'issue_date', column: 'Date' },
  { field: 'amount', column: 'Total' },
]

describe('which column holds what', () => {
  it('is what was recognised', () => {
    expect(fieldByColumn(RECOGNISED)).toEqual({
      Number: 'invoice_id',
      Customer: 'customer_name',
      Date: 'issue_date',
      Total: 'amount',
    })
    expect(missing(RECOGNISED)).toEqual([])
  })

  it('leaves a field out that its column is said not to hold', () => {
    expect(assign({}, RECOGNISED, 'Total', null)).toEqual({ amount: null })
  })

  it('gives a column another field, and takes from it the one that it held', () => {
    expect(assign({}, RECOGNISED, 'Date', 'due_date')).toEqual({ issue_date: null, due_date: 'Date' })
  })

  it('moves a field to another column', () => {
    expect(assign({ amount: 'Total' }, RECOGNISED, 'Net', 'amount')).toEqual({ amount: 'Net' })
  })

  it('forgets what was said of the same column before', () => {
    const once = assign({}, [], 'When', 'due_date')
    expect(assign(once, statedIn(once), 'When', 'issue_date')).toEqual({ due_date: null, issue_date: 'When' })
  })

  it('says again what was said already', () => {
    expect(assign({ due_date: null }, RECOGNISED, 'Date', 'issue_date')).toEqual({
      due_date: null,
      issue_date: 'Date',
    })
  })

  it('names what is still missing, with what would do', () => {
    expect(missing(statedIn({ invoice_id: 'Ref', amount: null, due_date: 'When' }))).toEqual([
      ['customer_id', 'customer_name'],
      ['amount', 'balance'],
    ])
  })
})

describe('mending cells', () => {
  const mended = correct([], { line: 4, column: 'Date', value: '2026-02-28' }, '2026-02-30')

  it('keeps one correction a cell, in the order of the file, and what the file says', () => {
    const first = correct(mended, { line: 2, column: 'Date', value: 'x' }, '')
    expect(first.map(({ line }) => line)).toEqual([2, 4])
    const again = correct(first, { line: 4, column: 'Date', value: '2026-02-27' }, '2026-02-28')
    expect(again).toHaveLength(2)
    expect(correctionOf(again, 4, 'Date')).toMatchObject({ value: '2026-02-27', original: '2026-02-30' })
    expect(correctionOf(again, 4, 'Total')).toBeUndefined()
  })

  it('is undone by what the file says', () => {
    expect(correct(mended, { line: 4, column: 'Date', value: '2026-02-30' }, '2026-02-28')).toEqual([])
  })

  it('empties a cell, and sends what the hub takes', () => {
    const emptied = correct([], { line: 4, column: 'Date', value: '' }, '2026-02-30')
    expect(JSON.parse(sent(emptied))).toEqual([{ line: 4, column: 'Date', value: '' }])
  })

  it('finds the problem of a row, and whether one cell is to blame', () => {
    const problem = { line: 4, field: 'Date', value: '2026-02-30', expected: 'a date', message: 'line 4' }
    const surplus = { ...problem, line: 5, field: null }
    const found = problemsByLine([problem, surplus, { ...problem, line: null }])
    expect([...found.keys()]).toEqual([4, 5])
    expect([
      isMendable(problem, ['Date']),
      isMendable(problem, ['Other']),
      isMendable(surplus, ['Date']),
    ]).toEqual([true, false, false])
  })
})
