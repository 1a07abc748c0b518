/** What the hub tells of as it happens: a kind, and ids (see `streamEvents` of the API). */
export interface News {
  kind: string
  /** Of `written`: the address under which something was changed. */
  path?: string
  /** Of `job`: what kind of job it is, such as `sync.run`. */
  work?: string
}

/** Everything may have changed: too much happened to tell, or nobody listened for a while. */
export const ANEW: News = { kind: 'anew' }

const LEDGER = [
  '/api/invoices',
  '/api/customers',
  '/api/insights',
  '/api/worklist',
  '/api/predictions',
  '/api/cashflow',
  '/api/search',
  '/api/tenant',
]
const DISPUTES = ['/api/disputes', '/api/adjustments', '/api/invoices', '/api/overview', '/api/insights']
const REMINDERS = ['/api/reminders', '/api/overview', '/api/worklist']
const SYNCS = ['/api/connections', '/api/runs']

/** By what kind of job it is. */
const WORK: Record<string, readonly string[]> = {
  sync: SYNCS,
  disputes: ['/api/dispute-classifiers'],
  webhooks: ['/api/webhook-endpoints'],
}

const TOUCHED: Record<string, readonly string[]> = {
  'connection-ready': ['/api/connections', '/api/tenant'],
  'first-pages-stored': [...SYNCS, ...LEDGER],
  'sync-finished': [...SYNCS, ...LEDGER],
  'tie-out-lost': SYNCS,
  'forecasts-ready': [...LEDGER, '/api/models', '/api/accuracy'],
  'dispute-opened': DISPUTES,
  'dispute-changed': DISPUTES,
  'reminder-changed': REMINDERS,
  'copy-requested': ['/api/copy-requests'],
  'promise-changed': ['/api/promises', '/api/overview', '/api/worklist', '/api/invoices', '/api/customers'],
  'channel-changed': ['/api/channels', '/api/suppressions'],
  notice: ['/api/notices', '/api/connections'],
}

/** The addresses under which answers are no longer what they were; null for all of them. */
export function touchedBy(news: News): readonly string[] | null {
  switch (news.kind) {
    case 'anew':
      return null
    case 'job':
      return ['/api/jobs', ...(WORK[news.work?.split('.')[0] ?? ''] ?? [])]
    case 'written':
      return news.path === '/api/invoices' ? LEDGER : news.path ? [news.path] : []
    default:
      return TOUCHED[news.kind] ?? []
  }
}

/** Whether an address is one of `prefixes` or lies below one. */
export function isUnder(address: string, prefixes: Iterable<string>): boolean {
  for (const prefix of prefixes) if (address === prefix || address.startsWith(`${prefix}/`)) return true
  return false
}

/** A message of the stream as news; null for what is none, such as the first one. */
export function readNews(data: string): News | null {
  try {
    const news: unknown = JSON.parse(data)
    return news !== null && typeof news === 'object' && 'kind' in news && typeof news.kind === 'string'
      ? (news as News)
      : null
  } catch {
    return null
  }
}
