/** What the dashboard says, by namespace. English is part of the export; other languages come when they are asked for. */
import common from './en/common.json'
import shell from './en/shell.json'
import customers from './en/customers.json'
import invoices from './en/invoices.json'
import table from './en/table.json'

// One line for each namespace, here and in de.ts, which must have the same.
export const en = { common, customers, invoices, shell, table }

export type Messages = typeof en
