/** What the dashboard says, by namespace. English is part of the export; other languages come when they are asked for. */
import common from './en/common.json'
import shell from './en/shell.json'
import customers from './en/customers.json'
import invoices from './en/invoices.json'
import table from './en/table.json'
import charts from './en/charts.json'
import overview from './en/overview.json'
import worklist from './en/worklist.json'
import forecast from './en/forecast.json'
import models from './en/models.json'

// One line for each namespace, here and in de.ts, which must have the same.
export const en = { charts, common, customers, forecast, invoices, models, overview, shell, table, worklist }

export type Messages = typeof en
