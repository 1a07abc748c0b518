import { render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { useFormat } from './format'
import { Hydrated } from './hydrated'
import { LocaleProvider, resolveLocale, useT } from './i18n'
import { usePreferences } from './preferences'

afterEach(() => usePreferences.setState({ language: 'auto' }))

function Shell() {
  return <p>{useT('shell')('nav.invoices')}</p>
}

function Page() {
  return <p>{useFormat().amount('1204.5', 'EUR')}</p>
}

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

test('the shell speaks English at once, and the page comes with all texts in the language that was chosen', async () => {
  usePreferences.setState({ language: 'de' })
  render(
    <LocaleProvider>
      <Shell />
      <Hydrated>
        <Page />
      </Hydrated>
    </LocaleProvider>,
  )
  expect(screen.getByText('Invoices')).toBeInTheDocument()
  expect(screen.queryByText('1.204,50')).toBeNull()
  expect(await screen.findByText('Rechnungen')).toBeInTheDocument()
  expect(screen.getByText('1.204,50')).toBeInTheDocument()
  expect(document.documentElement.lang).toBe('de')
})
