import { expect, test } from 'vitest'
import { session } from '@/test/hub'
import { may, NOBODY, toSession } from './session'

const as = (different: Parameters<typeof session>[0]) => toSession(session(different))

test('each role may do what the hub lets it do', () => {
  const [admin, member, viewer] = (['admin', 'member', 'viewer'] as const).map((role) => as({ role }))
  expect([admin, member, viewer].map((each) => may(each!, 'createKey'))).toEqual([true, false, false])
  expect([admin, member, viewer].map((each) => may(each!, 'createInvoice'))).toEqual([true, true, false])
  expect([admin, member, viewer].map((each) => may(each!, 'listInvoices'))).toEqual([true, true, true])
})

test('an operator looks after the installation, and sees no data without a role', () => {
  const operator = as({ is_operator: true, role: null, tenant: null, tenants: [] })
  expect(may(operator, 'listTenants')).toBe(true)
  expect(may(operator, 'listInvoices')).toBe(false)
  expect(may(as({ role: 'admin' }), 'listTenants')).toBe(false)
})

test('whoever is signed in may look after their own account; nobody may nothing but come in', () => {
  const nowhere = as({ role: null, tenant: null, tenants: [] })
  expect(may(nowhere, 'changePassword')).toBe(true)
  expect(may(NOBODY, 'changePassword')).toBe(false)
  expect(may(NOBODY, 'signIn')).toBe(true)
})
