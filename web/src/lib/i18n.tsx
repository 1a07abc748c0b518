'use client'

import { createContext, type ReactNode, use, useEffect, useMemo, useState } from 'react'
import { IntlProvider, useTranslations } from 'use-intl'
import { en, type Messages } from '@/messages'
import { type Language, LANGUAGES, usePreferences } from './preferences'

declare module 'use-intl' {
  interface AppConfig {
    Locale: Language
    Messages: Messages
  }
}

const LOADERS: Record<Language, () => Promise<Messages>> = {
  en: () => Promise.resolve(en),
  de: () => import('@/messages/de').then((module) => module.de),
}

/** `const t = useT('invoices')`, then `t('title')`; messages are ICU. */
export const useT = useTranslations

const LocaleContext = createContext<{ language: Language; locale: string }>({
  language: 'en',
  locale: 'en-US',
})

/** The language of the texts, and the locale that figures and dates are written in: `en` with `en-GB`, say. */
export const useLocale = () => use(LocaleContext)

/** Gives texts and formats to what is inside. English until another language's messages are there. */
export function LocaleProvider({ children }: { children: ReactNode }) {
  const choice = usePreferences((state) => state.language)
  const [loaded, setLoaded] = useState<{ language: Language; locale: string; messages: Messages }>({
    language: 'en',
    locale: 'en-US',
    messages: en,
  })

  useEffect(() => {
    let isWanted = true
    const wanted = resolveLocale(choice, navigator.languages)
    void LOADERS[wanted.language]().then((messages) => {
      if (!isWanted) return
      document.documentElement.lang = wanted.language
      setLoaded({ ...wanted, messages })
    })
    return () => {
      isWanted = false
    }
  }, [choice])

  const locale = useMemo(() => ({ language: loaded.language, locale: loaded.locale }), [loaded])
  return (
    <LocaleContext value={locale}>
      <IntlProvider locale={loaded.language} messages={loaded.messages}>
        {children}
      </IntlProvider>
    </LocaleContext>
  )
}

/** The language to show and the locale to format by: the choice, else the first of the browser's that there is. */
export function resolveLocale(
  choice: Language | 'auto',
  browser: readonly string[],
): { language: Language; locale: string } {
  const languageOf = (tag: string) => LANGUAGES.find((each) => tag.toLowerCase().split('-')[0] === each)
  const language = choice === 'auto' ? (browser.map(languageOf).find(Boolean) ?? 'en') : choice
  const defaults: Record<Language, string> = { en: 'en-US', de: 'de-DE' }
  return { language, locale: browser.find((tag) => languageOf(tag) === language) ?? defaults[language] }
}
