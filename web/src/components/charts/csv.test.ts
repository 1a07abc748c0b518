import { expect, test } from 'vitest'
import { type ChartColumn, toCsv, toTsv } from './csv'

interface Row {
  name: string
  amount: string
}

const columns: ChartColumn<Row>[] = [
  { label: 'Name', text: (row) => row.name },
  { label: 'Amount, EUR', text: (row) => `${row.amount} €`, value: (row) => row.amount, numeric: true },
]

test('values go out plain, and text is quoted where it has to be', () => {
  expect(toCsv(columns, [{ name: 'Acme "North", Inc.', amount: '-12.50' }])).toBe(
    'Name,"Amount, EUR"\r\n"Acme ""North"", Inc.",-12.50\r\n',
  )
})

test('a name that looks like a formula is not run by a spreadsheet', () => {
  expect(toCsv(columns, [{ name: '=HYPERLINK("x")', amount: '1' }])).toContain(`"'=HYPERLINK(""x"")",1`)
})

test('a tab inside a name does not shift the cells behind it', () => {
  expect(toTsv(columns, [{ name: 'A\tB', amount: '1' }])).toBe('Name\tAmount, EUR\r\nA B\t1\r\n')
})
