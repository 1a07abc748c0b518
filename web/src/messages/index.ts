/** What the dashboard says, by namespace. Part of the exported files is only what base.ts has of it. */
import auth from './en/auth.json'
import charts from './en/charts.json'
import common from './en/common.json'
import contacts from './en/contacts.json'
import customers from './en/customers.json'
import disputes from './en/disputes.json'
import forecast from './en/forecast.json'
import invoices from './en/invoices.json'
import jobs from './en/jobs.json'
import ledger from './en/ledger.json'
import models from './en/models.json'
import overview from './en/overview.json'
import promises from './en/promises.json'
import policies from './en/policies.json'
import reminders from './en/reminders.json'
import channels from './en/channels.json'
import schemaForm from './en/schemaForm.json'
import settings from './en/settings.json'
import suppressions from './en/suppressions.json'
import connections from './en/connections.json'
import imports from './en/imports.json'
import firstRun from './en/firstRun.json'
import shell from './en/shell.json'
import table from './en/table.json'
import views from './en/views.json'
import webhooks from './en/webhooks.json'
import worklist from './en/worklist.json'
import writing from './en/writing.json'

// One line for each namespace, here and in de.ts, which must have the same.
// prettier-ignore
export const en = {
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
}

export type Messages = typeof en
