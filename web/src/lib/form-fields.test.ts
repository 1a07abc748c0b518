import { describe, expect, it } from 'vitest'
import { configOf, entriesOf, fieldsOf, fits } from './form-fields'

const FORM = {
  type: 'object',
  required: ['account', 'private_key'],
  additionalProperties: false,
  properties: {
    name: { type: 'string', title: 'Name', 'x-order': 2 },
    account: {
      type: 'string',
      title: 'Account ID',
      description: 'For example 1234567.',
      pattern: '^[0-9]+$',
      'x-order': 1,
    },
    subsidiaries: { type: 'array', items: { type: 'string' }, title: 'Subsidiaries', 'x-order': 3 },
    time_zone: { type: 'string', default: 'America/Los_Angeles', title: 'Time zone', 'x-order': 4 },
    date_order: { type: 'string', enum: ['mdy', 'dmy'], title: 'Order' },
    reasons: { type: 'object', title: 'Reason codes' },
    sandbox: { type: 'boolean', title: 'Sandbox' },
    limit: { type: 'integer' },
    private_key: {
      type: 'string',
      title: 'Private key',
      description: 'PEM, of the certificate.',
      'x-secret': true,
    },
    webhook_secret: { type: 'string', title: 'Webhook key', 'x-secret': true },
  },
}

describe('a form from a schema', () => {
  const fields = fieldsOf(FORM, ['webhook_secret'])
  const named = Object.fromEntries(fields.map((field) => [field.name, field]))

  it('has what is needed first, then what the manifest puts first', () => {
    expect(fields.map(({ name }) => name).slice(0, 5)).toEqual([
      'account',
      'private_key',
      'name',
      'subsidiaries',
      'time_zone',
    ])
  })

  it('draws each property by its kind', () => {
    expect(fields.map(({ name, control }) => `${name} ${control}`).sort()).toEqual(
      [
        'account text',
        'date_order choice',
        'limit number',
        'name text',
        'private_key key',
        'reasons pairs',
        'sandbox flag',
        'subsidiaries list',
        'time_zone text',
        'webhook_secret secret',
      ].sort(),
    )
    expect(named.date_order?.choices).toEqual(['mdy', 'dmy'])
    expect(named.limit?.title).toBe('limit')
    expect(named.webhook_secret?.isStored).toBe(true)
  })

  it('checks what text has to look like, but not what is empty', () => {
    const account = named.account!
    expect([fits(account, '12a'), fits(account, ' 12 '), fits(account, '')]).toEqual([false, true, true])
  })

  it('begins with defaults and with what was set before, never with a secret', () => {
    const entries = entriesOf(fields, {
      subsidiaries: ['1', '2'],
      reasons: { '01': 'discount' },
      sandbox: false,
    })
    expect(entries).toMatchObject({
      time_zone: 'America/Los_Angeles',
      subsidiaries: '1\n2',
      reasons: '01: discount',
      sandbox: '',
      private_key: '',
    })
  })

  it('sends what was entered in its own type, and leaves out what was not', () => {
    const entries = {
      ...entriesOf(fields),
      account: ' 123 ',
      subsidiaries: '1, 2\n3',
      reasons: '01: discount\n02 = write_off',
      sandbox: 'true',
      limit: '5',
      private_key: '-----BEGIN\nabc\n',
      time_zone: '',
    }
    expect(configOf(fields, entries)).toEqual({
      account: '123',
      subsidiaries: ['1', '2', '3'],
      reasons: { '01': 'discount', '02': 'write_off' },
      sandbox: true,
      limit: 5,
      private_key: '-----BEGIN\nabc\n',
    })
  })

  it('empties what was there before and is no more', () => {
    const before = { account: '1', time_zone: 'Europe/Berlin' }
    const entries = { ...entriesOf(fields, before), time_zone: '' }
    expect(configOf(fields, entries, before)).toEqual({ account: '1', time_zone: null })
  })
})
