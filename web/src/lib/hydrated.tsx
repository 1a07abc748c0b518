'use client'

import { type ReactNode, useSyncExternalStore } from 'react'

const never = () => () => undefined

/** False in the exported file and in the first render in the browser, which has to be the same; true from then on. */
export const useHydrated = () =>
  useSyncExternalStore(
    never,
    () => true,
    () => false,
  )

/**
 * Shows what depends on answers or on the browser. Needed below a `Suspense`, which React may bring to life only after
 * answers and another language are there, and which would then differ from the file.
 */
export function Hydrated({ children }: { children: ReactNode }) {
  return useHydrated() ? children : null
}
