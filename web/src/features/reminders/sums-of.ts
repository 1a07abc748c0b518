import type { Selection } from '@/components/data-table'
import type { ReminderItem } from '@/components/reminders/api'
import { sumByCurrency } from '@/lib/sums'
import type { ReminderTotals } from './api'

type Sum = { amount: string; currency: string }

/** What the chosen reminders ask for, by currency. */
export function sumsOf(selection: Selection<ReminderItem>, totals: ReminderTotals | undefined): Sum[] {
  return selection.everything
    ? (totals?.by_currency ?? []).map(({ amount, currency }) => ({ amount, currency }))
    : sumByCurrency([...selection.rows.values()].flatMap((row) => row.totals))
}

/** How many are chosen, and to how many customers they go. */
export function countsOf(selection: Selection<ReminderItem>, totals: ReminderTotals | undefined) {
  const rows = [...selection.rows.values()]
  return selection.everything
    ? { reminders: totals?.count ?? 0, customers: totals?.customers ?? 0 }
    : { reminders: rows.length, customers: new Set(rows.map((row) => row.customer_id)).size }
}
