/** A column of the table that stands behind a chart. */
export interface ChartColumn<Row> {
  label: string
  /** As people read it, in their own locale. */
  text: (row: Row) => string
  /** As a program reads it: a plain number or an ISO date; the text where there is no such form. */
  value?: (row: Row) => string | number | null
  numeric?: boolean
}

/** Rows with a heading, as comma-separated values (RFC 4180). */
export function toCsv<Row>(columns: ChartColumn<Row>[], rows: Row[]): string {
  return lines(columns, rows, ',', quoted)
}

/** Rows with a heading, tab-separated: pasted into a spreadsheet they fill its cells. */
export function toTsv<Row>(columns: ChartColumn<Row>[], rows: Row[]): string {
  return lines(columns, rows, '\t', (cell) => cell.replace(/[\t\r\n]+/g, ' '))
}

/** Hand a text to the browser as a file to keep. */
export function download(name: string, content: string, type = 'text/csv;charset=utf-8'): void {
  const address = URL.createObjectURL(new Blob([content], { type }))
  const link = Object.assign(document.createElement('a'), { href: address, download: name })
  link.click()
  URL.revokeObjectURL(address)
}

function lines<Row>(
  columns: ChartColumn<Row>[],
  rows: Row[],
  separator: string,
  write: (cell: string) => string,
): string {
  const cells = [
    columns.map((column) => column.label),
    ...rows.map((row) => columns.map((column) => String((column.value ?? column.text)(row) ?? ''))),
  ]
  return cells.map((line) => line.map((cell) => write(harmless(cell))).join(separator)).join('\r\n') + '\r\n'
}

// A spreadsheet would run a name that starts like a formula. Negative numbers are none.
const harmless = (cell: string) => (/^[=+\-@\t\r]/.test(cell) && !/^-?[\d.]+$/.test(cell) ? `'${cell}` : cell)

const quoted = (cell: string) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)
