'use client'

import { createContext, type ReactNode, use, useEffect, useState } from 'react'
import { createTranslator } from 'use-intl'
import { type Format, makeFormat } from '@/lib/format'
import type english from '@/messages/en/statement.json'

/** What the page says, which is none of the dashboard's texts: debtors read it in more languages. */
type Texts = typeof english
export type Spoken = 'en' | 'de' | 'es' | 'fr'

const LOADERS: Record<Spoken, () => Promise<{ default: Texts }>> = {
  en: () => import('@/messages/en/statement.json'),
  de: () => import('@/messages/de/statement.json'),
  es: () => import('@/messages/es/statement.json'),
  fr: () => import('@/messages/fr/statement.json'),
}

const make = (language: Spoken, messages: Texts) =>
  createTranslator<Texts>({ locale: language as 'en', messages, timeZone: 'UTC' })

interface Words {
  t: ReturnType<typeof make>
  format: Format
  language: Spoken
}

const WordsContext = createContext<Words | null>(null)

/** The page's texts and formats, below `WithWords`. */
export function useWords(): Words {
  const words = use(WordsContext)
  if (words === null) throw new Error('There are no words outside of WithWords.')
  return words
}

/** The language of a link, or the first of the browser's that the page speaks. */
export function spokenOf(language: string | undefined, browser: readonly string[]): Spoken {
  const known = (tag: string) =>
    (Object.keys(LOADERS) as Spoken[]).find((each) => tag.toLowerCase().startsWith(each))
  return (language && known(language)) || (browser.map(known).find(Boolean) ?? 'en')
}

/** Gives texts in a language to what is inside, once they are there; until then those of the language before. */
export function WithWords({ language, children }: { language: Spoken; children: ReactNode }) {
  const [words, setWords] = useState<Words | null>(null)
  const [failure, setFailure] = useState<unknown>(null)
  useEffect(() => {
    let isWanted = true
    LOADERS[language]().then(
      ({ default: texts }) => {
        if (!isWanted) return
        const locale = navigator.languages.find((tag) => tag.toLowerCase().startsWith(language)) ?? language
        setWords({ t: make(language, texts), format: makeFormat(locale), language })
      },
      (error: unknown) => isWanted && setFailure(error),
    )
    return () => {
      isWanted = false
    }
  }, [language])
  // Thrown while drawing, so that the page that stands in for a failed one is shown.
  if (failure !== null) throw failure
  return words && <WordsContext value={words}>{children}</WordsContext>
}
