import { expect, test } from 'vitest'
import { gathered } from './warnings'

const warning = (sentence: string) => ({ code: 'any', sentence })

test('what is said of several invoices alike is said once', () => {
  expect(
    gathered([
      warning('INV-7: It is paid.'),
      warning('INV-8: It is disputed.'),
      warning('INV-9: It is paid.'),
      warning('No channel to debtors is set up.'),
    ]),
  ).toEqual(['INV-7, INV-9: It is paid.', 'INV-8: It is disputed.', 'No channel to debtors is set up.'])
})

test('a colon within a sentence makes no invoice of its beginning', () => {
  const sentence = 'The channel Mail server does not work: it does not answer.'
  expect(gathered([warning(sentence)])).toEqual([sentence])
})
