import type { CurrencyOverview, Overview } from './api'

/** The currency to show: the one asked for, else the home currency, else the one with the most open invoices. */
export function chooseCurrency(overview: Overview, wanted: string | null): CurrencyOverview | undefined {
  const of = (code: string | null) => overview.currencies.find((each) => each.currency === code)
  const busiest = [...overview.currencies].sort((a, b) => b.open_invoices - a.open_invoices)[0]
  return of(wanted) ?? of(overview.home_currency) ?? busiest
}

/** How far an amount has moved since another, as a decimal number. */
export const change = (now: string, before: string): number => Number(now) - Number(before)

/** DSO now less DSO at the end of the same month a year ago; null where either is unknown. */
export function dsoChange(currency: CurrencyOverview): { days: number; since: string } | null {
  const [first, last] = [currency.trend[0], currency.trend.at(-1)]
  if (!first || !last || currency.trend.length < 13 || first.dso === null || last.dso === null) return null
  return { days: Number(last.dso) - Number(first.dso), since: first.month }
}

/** The part of what is open that is overdue; null where nothing is open. */
export const overdueShare = (currency: CurrencyOverview): number | null =>
  Number(currency.open) > 0 ? Number(currency.overdue) / Number(currency.open) : null

/** Whole days from one ISO date to another. */
export const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000)

/** Whether a new tenant still has to be brought to its first forecast. */
export const isNew = (overview: Overview): boolean => !overview.progress.has_invoices
