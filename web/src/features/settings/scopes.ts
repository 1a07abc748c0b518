import type { components } from '@/lib/schema'

export type Scope = components['schemas']['KeyInput']['scopes'][number]

/** What keys may be given one by one, by subject, the harmless first. */
export const AREAS = {
  invoices: ['invoices:read', 'invoices:write'],
  customers: ['customers:read', 'customers:write'],
  disputes: ['disputes:read', 'disputes:write', 'disputes:admin'],
  predictions: ['predictions:read', 'predictions:write'],
  reminders: ['reminders:read', 'reminders:write', 'reminders:admin'],
  promises: ['promises:read', 'promises:write'],
  channels: ['channels:read', 'channels:write', 'channels:admin'],
  webhooks: ['webhooks:admin'],
  models: ['models:read', 'models:write', 'models:admin'],
  insights: ['insights:read'],
  runs: ['runs:read', 'runs:write'],
  connections: ['connections:read', 'connections:admin'],
  jobs: ['jobs:read'],
  events: ['events:read'],
  search: ['search:read'],
  tenant: ['tenant:read', 'tenant:admin'],
  members: ['members:admin'],
  keys: ['keys:admin'],
  audit: ['audit:admin'],
  privacy: ['privacy:admin'],
} as const satisfies Record<string, readonly Scope[]>

export type Area = keyof typeof AREAS

/** Those that hold others: all reading, all reading and writing, everything. */
export const WIDE = ['read', 'write', '*'] as const satisfies readonly Scope[]

type Named = (typeof AREAS)[Area][number] | (typeof WIDE)[number]
/** Does not compile while the hub has a scope that nobody can choose here. */
export const _ALL_ARE_NAMED: Exclude<Scope, Named> extends never ? true : never = true

export type Verb = 'read' | 'write' | 'admin'
export const verbOf = (scope: Scope): Verb => scope.split(':')[1] as Verb
