import type { ComboboxOption } from '@/components/ui/combobox'

/** Every time zone of the browser's, with what its clocks show against UTC today. */
export function timeZones(chosen: string, locale: string, at: Date = new Date()): ComboboxOption[] {
  const known = new Set(['UTC', ...Intl.supportedValuesOf('timeZone'), chosen].filter(Boolean))
  return [...known].sort().map((zone) => ({
    value: zone,
    label: zone.replaceAll('_', ' '),
    detail: offset(zone, locale, at),
  }))
}

/** Every currency of the browser's by its ISO 4217 code, with its name. */
export function currencies(chosen: string, locale: string): ComboboxOption[] {
  const names = new Intl.DisplayNames(locale, { type: 'currency' })
  const known = new Set([...Intl.supportedValuesOf('currency'), chosen].filter(Boolean))
  return [...known].sort().map((code) => ({ value: code, label: code, detail: names.of(code) }))
}

function offset(zone: string, locale: string, at: Date): string {
  try {
    const format = new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName: 'shortOffset' })
    return format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? ''
  } catch {
    // The hub may know zones that the browser does not.
    return ''
  }
}
