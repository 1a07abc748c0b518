/** A cell that a person has mended: what it is to hold instead of what the file says. */
export interface Correction {
  /** Where the row begins in the file. */
  line: number
  /** The header of its column. */
  column: string
  value: string
  /** What the file says. */
  original: string
}

/** How many cells the hub takes corrections of; who has more to mend had better mend the file. */
export const MOST_CORRECTIONS = 1_000

/**
 * The corrections after one more, of a cell that shows `shown` until now. The same cell is corrected once, and what is
 * as in the file is no correction.
 */
export function correct(
  corrections: readonly Correction[],
  { line, column, value }: Pick<Correction, 'line' | 'column' | 'value'>,
  shown: string,
): Correction[] {
  const isHere = (each: Correction) => each.line === line && each.column === column
  const original = corrections.find(isHere)?.original ?? shown
  const others = corrections.filter((each) => !isHere(each))
  if (value === original) return others
  return [...others, { line, column, value, original }].sort(
    (a, b) => a.line - b.line || a.column.localeCompare(b.column),
  )
}

/** As the hub takes them. */
export function sent(corrections: readonly Correction[]): string {
  return JSON.stringify(corrections.map(({ line, column, value }) => ({ line, column, value })))
}

/** What was corrected of a cell; undefined where it is as in the file. */
export function correctionOf(
  corrections: readonly Correction[],
  line: number,
  column: string,
): Correction | undefined {
  return corrections.find((each) => each.line === line && each.column === column)
}

export interface BadCell {
  line: number | null
  field: string | null
  value: string | null
  expected: string | null
  message: string
}

/** The problem of each bad row, by its line. A row has one at a time: the next shows once this one is mended. */
export function problemsByLine<Problem extends BadCell>(problems: readonly Problem[]): Map<number, Problem> {
  return new Map(problems.flatMap((each) => (each.line === null ? [] : [[each.line, each] as const])))
}

/** Whether what a problem is about is one cell of the file, which can be mended in place. */
export function isMendable(problem: BadCell, names: readonly string[]): boolean {
  return problem.line !== null && problem.field !== null && names.includes(problem.field)
}
