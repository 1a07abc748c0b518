import { expect, test } from 'vitest'
import { pathHere } from './return-to'

test.each([
  null,
  '',
  'invoices/',
  '//evil.example/',
  'https://evil.example/',
  '/\\evil.example/',
  '\\\\evil.example',
  'javascript:alert(1)',
  '/\t/evil.example',
  '/.//evil.example',
  '/a/..//evil.example',
  '/\nSet-Cookie: a=b',
  ' /invoices/',
])('%j leads home', (wanted) => {
  expect(pathHere(wanted)).toBe('/')
})

test.each([
  '/',
  '/api/docs',
  '/invoices/?q=a%20b&sort=-due_on',
  '/%2F/evil.example',
  '/a?next=https://evil.example/',
])('%s is a path of this hub', (wanted) => {
  expect(pathHere(wanted)).toBe(wanted)
})

test('nobody is led back to the way in', () => {
  expect(pathHere('/sign-in/?error=expired')).toBe('/')
})
