import { expect, test } from 'vitest'
import { id } from './fixtures'
import { whatToCompose } from './what-to-compose'

test('an address names what to begin with', () => {
  expect(whatToCompose(`customer:${id(1)}`)).toEqual({ kind: 'customer', id: id(1) })
  expect(whatToCompose(`invoice:${id(2)}`)).toEqual({ kind: 'invoice', id: id(2) })
  expect(whatToCompose(`reminder:${id(3)}`)).toEqual({ kind: 'reminder', id: id(3) })
})

test('what nobody knows is a new reminder', () => {
  for (const what of ['new', '', 'customer', 'customer:x', `payment:${id(1)}`, `customer:${id(1)}x`])
    expect(whatToCompose(what)).toEqual({ kind: 'new', id: '' })
})
