import auth from './de/auth.json'
import charts from './de/charts.json'
import common from './de/common.json'
import contacts from './de/contacts.json'
import customers from './de/customers.json'
import disputes from './de/disputes.json'
import forecast from './de/forecast.json'
import invoices from './de/invoices.json'
import jobs from './de/jobs.json'
import ledger from './de/ledger.json'
import models from './de/models.json'
import overview from './de/overview.json'
import promises from './de/promises.json'
import policies from './de/policies.json'
import reminders from './de/reminders.json'
import channels from './de/channels.json'
import schemaForm from './de/schemaForm.json'
import settings from './de/settings.json'
import suppressions from './de/suppressions.json'
import connections from './de/connections.json'
import imports from './de/imports.json'
import firstRun from './de/firstRun.json'
import shell from './de/shell.json'
import table from './de/table.json'
import views from './de/views.json'
import webhooks from './de/webhooks.json'
import worklist from './de/worklist.json'
import writing from './de/writing.json'
import type { Messages } from '.'

// prettier-ignore
export const de = {
  auth,
  channels,
  charts,
  common,
  contacts,
  customers,
  disputes,
  forecast,
  invoices,
  jobs,
  ledger,
  models,
  overview,
  promises,
  policies,
  reminders,
  schemaForm,
  settings,
  suppressions,
  connections,
  imports,
  firstRun,
  shell,
  table,
  views,
  webhooks,
  worklist,
  writing,
} satisfies Messages
