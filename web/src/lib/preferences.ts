'use client'

import { create } from 'zustand'
import { persist } from 'zustand/middleware'

export const LANGUAGES = ['en', 'de'] as const
export type Language = (typeof LANGUAGES)[number]

export const DENSITIES = ['compact', 'default', 'comfortable'] as const
export type Density = (typeof DENSITIES)[number]

interface Preferences {
  /** `auto`: as the browser says. */
  language: Language | 'auto'
  density: Density
  /** Whether single letters act as shortcuts (WCAG 2.1.4 wants them to be switchable). */
  letterKeys: boolean
  sidebarCollapsed: boolean
  set: (change: Partial<Omit<Preferences, 'set'>>) => void
}

/** Where the browser keeps them; the script in the page's head reads it before anything is drawn. */
export const PREFERENCES_KEY = 'paypredict'

/** What somebody chose on this device. As exported until `rehydrate()`, so that the first render fits the HTML. */
export const usePreferences = create<Preferences>()(
  persist(
    (set) => ({
      language: 'auto',
      density: 'default',
      letterKeys: true,
      sidebarCollapsed: false,
      set,
    }),
    {
      name: PREFERENCES_KEY,
      skipHydration: true,
      partialize: ({ language, density, letterKeys, sidebarCollapsed }) => ({
        language,
        density,
        letterKeys,
        sidebarCollapsed,
      }),
    },
  ),
)
