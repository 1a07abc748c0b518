import { expect, test } from 'vitest'
import { resolveLocale } from './i18n'

test.each([
  ['auto', ['de-CH', 'en-US'], 'de', 'de-CH'],
  ['auto', ['fr-FR', 'en-GB'], 'en', 'en-GB'],
  ['auto', ['fr-FR'], 'en', 'en-US'],
  ['auto', [], 'en', 'en-US'],
  ['de', ['en-GB'], 'de', 'de-DE'],
  ['en', ['de-DE', 'en-AU'], 'en', 'en-AU'],
] as const)('%s with a browser of %s shows %s and formats as %s', (choice, browser, language, locale) => {
  expect(resolveLocale(choice, browser)).toEqual({ language, locale })
})
