'use client'

import { createContext, type ReactNode, use, useEffect, useState } from 'react'
import { IntlProvider, useTranslations } from 'use-intl'
import type { Messages } from '@/messages'
import { base } from '@/messages/base'
import { type Language, LANGUAGES, usePreferences } from './preferences'

declare module 'use-intl' {
  interface AppConfig {
    Locale: Language
    Messages: Messages
  }
}

const LOADERS: Record<Language, () => Promise<Messages>> = {
  en: () => import('@/messages').then((module) => module.en),
  de: () => import('@/messages/de').then((module) => module.de),
}

/** `const t = useT('invoices')`, then `t('title')`; messages are ICU. */
export const useT = useTranslations

interface Shown {
  language: Language
  locale: string
  /** Whether the texts of all pages are there, in the reader's language. */
  isWhole: boolean
  messages: Partial<Messages>
}

const FIRST: Shown = { language: 'en', locale: 'en-US', isWhole: false, messages: base }

const LocaleContext = createContext<Shown>(FIRST)

/** The language of the texts, and the locale that figures and dates are written in: `en` with `en-GB`, say. */
export function useLocale(): Pick<Shown, 'language' | 'locale'> {
  return use(LocaleContext)
}

/** Whether the texts of all pages are there, in the reader's language. Pages wait for it; the shell does not. */
export const useHasTexts = () => use(LocaleContext).isWhole

interface LocaleProviderProps {
  /** All English messages, where nothing may be waited for: in tests. */
  messages?: Messages
  children: ReactNode
}

/** Gives texts and formats to what is inside. English until another language's messages are there. */
export function LocaleProvider({ messages, children }: LocaleProviderProps) {
  const choice = usePreferences((state) => state.language)
  const [shown, setShown] = useState<Shown>(messages ? { ...FIRST, isWhole: true, messages } : FIRST)

  useEffect(() => {
    let isWanted = true
    const wanted = resolveLocale(choice, navigator.languages)
    const show = (next: () => Shown) => isWanted && setShown(next)
    LOADERS[wanted.language]().then(
      (loaded) => {
        document.documentElement.lang = wanted.language
        show(() => ({ ...wanted, isWhole: true, messages: loaded }))
      },
      (error: unknown) =>
        show(() => {
          // Thrown while drawing, so that the page that stands in for a failed one is shown.
          throw error
        }),
    )
    return () => {
      isWanted = false
    }
  }, [choice])

  return (
    <LocaleContext value={shown}>
      <IntlProvider locale={shown.language} messages={shown.messages} timeZone="UTC">
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
