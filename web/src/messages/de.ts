import common from './de/common.json'
import shell from './de/shell.json'
import customers from './de/customers.json'
import invoices from './de/invoices.json'
import table from './de/table.json'
import charts from './de/charts.json'
import overview from './de/overview.json'
import worklist from './de/worklist.json'
import forecast from './de/forecast.json'
import models from './de/models.json'
import type { Messages } from '.'

export const de = {
  charts,
  common,
  customers,
  forecast,
  invoices,
  models,
  overview,
  shell,
  table,
  worklist,
} satisfies Messages
