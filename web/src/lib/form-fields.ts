/** A form as a manifest states it (JSON Schema 2020-12), turned into what is drawn and what is sent. */

/** How a property is entered. `list`: one a line. `pairs`: `key: value`, one a line. */
export type Control = 'text' | 'number' | 'secret' | 'key' | 'choice' | 'flag' | 'list' | 'pairs'

export interface FormField {
  name: string
  title: string
  help: string | null
  control: Control
  isRequired: boolean
  /** Entered before and sealed: it need not be entered again, and is never shown. */
  isStored: boolean
  choices: string[]
  /** What text has to look like; null where anything will do. */
  pattern: string | null
  /** What it is unless somebody says otherwise. */
  initial: string
}

/** What is entered, all as text until it is sent; a flag is `true` or empty. */
export type Entries = Record<string, string>

interface Property {
  type?: string
  title?: string
  description?: string
  enum?: unknown[]
  pattern?: string
  default?: unknown
  'x-secret'?: boolean
  'x-order'?: number
}

/** The fields of a form in the order to draw them: what is needed first, then by `x-order`, then as stated. */
export function fieldsOf(form: Record<string, unknown>, sealed: readonly string[] = []): FormField[] {
  const properties = (form.properties ?? {}) as Record<string, Property>
  const required = new Set((form.required ?? []) as string[])
  const order = (name: string) => (required.has(name) ? 0 : 1_000) + (properties[name]?.['x-order'] ?? 500)
  return Object.entries(properties)
    .map(([name, property]) => ({
      name,
      title: property.title ?? name.replaceAll('_', ' '),
      help: property.description ?? null,
      control: controlOf(property),
      isRequired: required.has(name),
      isStored: sealed.includes(name),
      choices: (property.enum ?? []).map(String),
      pattern: property.pattern ?? null,
      initial: property['x-secret'] ? '' : toEntry(property.default),
    }))
    .sort((a, b) => order(a.name) - order(b.name))
}

/** What is entered of a configuration that there is already; of secrets nothing. */
export function entriesOf(fields: readonly FormField[], config: Record<string, unknown> = {}): Entries {
  return Object.fromEntries(
    fields.map(({ name, initial }) => [name, name in config ? toEntry(config[name]) : initial]),
  )
}

/** What is sent as `config`: without what was left empty, unless `before` had it; then null, which empties it. */
export function configOf(
  fields: readonly FormField[],
  entries: Entries,
  before: Record<string, unknown> = {},
): Record<string, unknown> {
  const config: Record<string, unknown> = {}
  for (const field of fields) {
    const value = toValue(field, entries[field.name] ?? '')
    if (value !== undefined) config[field.name] = value
    else if (field.name in before) config[field.name] = null
  }
  return config
}

/** Whether text of a field looks as it has to; what is empty is the business of `isRequired`. */
export function fits(field: FormField, entry: string): boolean {
  if (!field.pattern || !entry.trim() || field.control !== 'text') return true
  return new RegExp(field.pattern, 'u').test(entry.trim())
}

function controlOf(property: Property): Control {
  if (property['x-secret']) return /\bPEM\b/.test(property.description ?? '') ? 'key' : 'secret'
  if (property.enum) return 'choice'
  if (property.type === 'boolean') return 'flag'
  if (property.type === 'array') return 'list'
  if (property.type === 'object') return 'pairs'
  return property.type === 'integer' || property.type === 'number' ? 'number' : 'text'
}

function toEntry(value: unknown): string {
  if (value === undefined || value === null || value === false) return ''
  if (Array.isArray(value)) return value.join('\n')
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([key, each]) => `${key}: ${String(each)}`)
      .join('\n')
  return String(value)
}

function toValue(field: FormField, entry: string): unknown {
  const text = field.control === 'secret' || field.control === 'key' ? entry : entry.trim()
  if (!text) return undefined
  switch (field.control) {
    case 'flag':
      return text === 'true'
    case 'number':
      return Number.isFinite(Number(text)) ? Number(text) : text
    case 'list':
      return text
        .split(/[\n,;]/)
        .map((each) => each.trim())
        .filter(Boolean)
    case 'pairs':
      return Object.fromEntries(
        text
          .split('\n')
          .filter((line) => line.trim())
          .map((line) => {
            const [key = '', ...rest] = line.split(/[:=]/)
            return [key.trim(), rest.join(':').trim()]
          }),
      )
    default:
      return text
  }
}
