import auth from './de/auth.json'
import charts from './de/charts.json'
import common from './de/common.json'
import customers from './de/customers.json'
import forecast from './de/forecast.json'
import invoices from './de/invoices.json'
import jobs from './de/jobs.json'
import models from './de/models.json'
import overview from './de/overview.json'
import shell from './de/shell.json'
import table from './de/table.json'
import worklist from './de/worklist.json'
import type { Messages } from '.'

// prettier-ignore
export const de = {
  auth,
  charts,
  common,
  customers,
  forecast,
  invoices,
  jobs,
  models,
  overview,
  shell,
  table,
  worklist,
} satisfies Messages
