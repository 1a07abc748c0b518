import common from './de/common.json'
import shell from './de/shell.json'
import customers from './de/customers.json'
import invoices from './de/invoices.json'
import table from './de/table.json'
import type { Messages } from '.'

export const de = { common, customers, invoices, shell, table } satisfies Messages
