import type { Connection, Connector, Run, RunDetail } from './api'

/** Documents as the hub answers them, for tests. */

export const ID = '2fe6c283-0151-404a-ae0d-0f3420a7ec13'
export const RUN = '63ed2142-0f06-487c-a03f-74e2542b0d91'

export function connection(different: Partial<Connection> = {}): Connection {
  return {
    id: ID,
    connector: 'sap',
    name: 'Head office',
    status: 'ready',
    reason: null,
    auth_method: 'basic',
    config: { host: 'my1-api.s4hana.cloud.sap', username: 'AR_READER' },
    sealed: ['password'],
    is_being_tried: false,
    account: { id: '1710', name: 'Company 1710', home_currency: 'USD', time_zone: null },
    choices: [],
    created_at: '2026-03-01T09:00:00+00:00',
    last_run_at: '2026-03-31T09:15:00+00:00',
    last_full_run_at: '2026-03-29T01:10:00+00:00',
    next_full_run_on: '2026-04-05',
    disconnected_at: null,
    health: null,
    can_write: false,
    write_back: false,
    write_granted: false,
    webhook_address: null,
    announcements: { received_at: null, outcome: null, waiting: 0 },
    sync: {
      newest_run: null,
      is_under_way: false,
      next_run_at: '2026-03-31T09:30:00+00:00',
      records: { customer: 72, invoice: 1787, payment: 1760, credit_memo: 0 },
      ties_out: true,
    },
    ...different,
  }
}

export const SAP: Connector = {
  slug: 'sap',
  name: 'SAP S/4HANA',
  version: '1.0.0',
  summary: 'Reads line items.',
  capabilities: ['tie_out'],
  is_connectable: true,
  webhook_address: null,
  auth_methods: [
    {
      method: 'oauth2',
      kind: 'oauth2_client_credentials',
      title: 'Communication user (OAuth 2.0)',
      needs_consent: false,
      has_app: false,
      scopes: [],
      write_scopes: [],
      form: {
        type: 'object',
        required: ['host', 'client_secret'],
        properties: {
          host: { type: 'string', title: 'Host' },
          client_secret: { type: 'string', title: 'Client secret', 'x-secret': true },
        },
      },
    },
    {
      method: 'basic',
      kind: 'basic',
      title: 'Gateway user (password)',
      needs_consent: false,
      has_app: false,
      scopes: [],
      write_scopes: [],
      form: {
        type: 'object',
        required: ['host', 'username', 'password'],
        properties: {
          host: {
            type: 'string',
            title: 'Host',
            description: 'That of your gateway.',
            pattern: '^[a-z0-9.-]+$',
          },
          username: { type: 'string', title: 'User name' },
          password: { type: 'string', title: 'Password', 'x-secret': true },
          company_codes: { type: 'array', title: 'Company codes' },
        },
      },
    },
  ],
}

export const XERO: Connector = {
  ...SAP,
  slug: 'xero',
  name: 'Xero',
  auth_methods: [
    {
      method: 'oauth2',
      kind: 'oauth2_code',
      title: 'Sign in with Xero',
      needs_consent: true,
      has_app: true,
      scopes: [{ scope: 'accounting.invoices.read', reason: 'invoices and credit notes' }],
      write_scopes: [],
      form: { type: 'object', required: [], properties: {} },
    },
  ],
}

export function run(different: Partial<Run> = {}): Run {
  return {
    id: RUN,
    connection_id: ID,
    work_id: '066b0a9c-3ce5-4b7a-ac8e-bc30e57fed9b',
    kind: 'increment',
    status: 'ok',
    reason: null,
    started_at: '2026-03-31T09:15:00+00:00',
    finished_at: '2026-03-31T09:15:05+00:00',
    items: { line_items: 20 },
    counts: { invoice: { inserted: 2, changed: 1, unchanged: 17, deleted: 0 } },
    timings: {},
    changed: 3,
    rejected: 0,
    calls: 4,
    warnings: [],
    findings: {},
    tie_out: null,
    ...different,
  }
}

export function runDetail(different: Partial<RunDetail> = {}): RunDetail {
  return { ...run(), log: [], progress: [], ...different }
}
