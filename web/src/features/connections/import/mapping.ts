/** Which column of a file holds which field: what a person says wins, the rest is recognised by the hub. */

/** As the hub takes it: field to column header; null leaves the field out. */
export type Mapping = Record<string, string | null>

/** A recognised column, as the hub's preview has it. */
export interface Recognised {
  field: string
  column: string
}

/** The field that each column holds, by header. */
export function fieldByColumn(columns: readonly Recognised[]): Record<string, string> {
  return Object.fromEntries(columns.map(({ field, column }) => [column, field]))
}

/** The mapping after a person has said that `column` holds `field`, or null: nothing that is wanted. */
export function assign(
  mapping: Mapping,
  columns: readonly Recognised[],
  column: string,
  field: string | null,
): Mapping {
  const next = { ...mapping }
  const held = columns.filter((each) => each.column === column && each.field !== field)
  for (const each of held) next[each.field] = null
  for (const [name, said] of Object.entries(next)) if (said === column && name !== field) next[name] = null
  if (field !== null) next[field] = column
  return next
}

/** What stands in a mapping alone, for a file of which nothing could be recognised yet. */
export function statedIn(mapping: Mapping): Recognised[] {
  return Object.entries(mapping).flatMap(([field, column]) => (column === null ? [] : [{ field, column }]))
}

/** Of what every file must have, what no column is said to hold yet: each is a choice of fields. */
export function missing(columns: readonly Recognised[]): string[][] {
  const held = new Set(columns.map(({ field }) => field))
  return ESSENTIAL.filter((choice) => !choice.some((field) => held.has(field)))
}

/** An import needs one field of each of these. */
export const ESSENTIAL: string[][] = [
  ['invoice_id'],
  ['customer_id', 'customer_name'],
  ['issue_date', 'due_date'],
  ['amount', 'balance'],
]
