'use client'

import { type ReactNode, useSyncExternalStore } from 'react'
import { useHasTexts } from './i18n'

const never = () => () => undefined

/** False in the exported file and in the first render in the browser, which has to be the same; true from then on. */
export const useHydrated = () =>
  useSyncExternalStore(
    never,
    () => true,
    () => false,
  )

/**
 * Shows what depends on answers, on the browser or on all texts, once they may differ from the exported file. Needed
 * below a `Suspense`, which React may bring to life only after answers and another language are there.
 */
export function Hydrated({ children }: { children: ReactNode }) {
  const isHydrated = useHydrated()
  const hasTexts = useHasTexts()
  return isHydrated && hasTexts ? children : null
}
