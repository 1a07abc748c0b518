'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useTheme } from 'next-themes'
import { useEffect, useRef } from 'react'
import { api, client } from './api'
import { type Density, type Language, usePreferences } from './preferences'
import type { components } from './schema'
import { SESSION_KEY, type SessionDocument } from './session'

export type KeptPreferences = components['schemas']['Preferences']

/** Said on `window` when somebody changes what is kept under `paypredict.columns.…` in this tab. */
export const COLUMNS_CHANGED = 'paypredict-columns'
const COLUMNS = 'paypredict.columns.'
/** How long the choosing has to pause before the hub is told, in milliseconds. */
const PAUSE = 800

/**
 * Keeps what somebody chose on this device and what the hub keeps for them alike: what is there when they come counts,
 * and what they change here is told the hub. Mounted once, by the shell.
 */
export function usePreferencesSync(): void {
  const queryClient = useQueryClient()
  const { theme = 'system', setTheme } = useTheme()
  // They come with the session, so that no page asks for them by themselves.
  const { data: session } = api.useQuery('get', '/api/session')
  const kept = session?.preferences ?? undefined
  const latest = useRef({ theme, setTheme })
  const known = useRef<string | null>(null)
  const isChanged = useRef(false)
  useEffect(() => {
    latest.current = { theme, setTheme }
  })

  useEffect(() => {
    if (!kept || isChanged.current) return
    putOnDevice(kept, latest.current.setTheme)
    known.current = JSON.stringify(fromDevice(kept.theme ?? latest.current.theme))
  }, [kept])

  const isReady = kept !== undefined
  useEffect(() => {
    if (!isReady) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const tell = async () => {
      const body = fromDevice(latest.current.theme)
      if (JSON.stringify(body) !== known.current) {
        known.current = JSON.stringify(body)
        // What the hub does not take stays on this device.
        const told = await client.PUT('/api/preferences', { body }).catch(() => null)
        if (told?.data) {
          const preferences = told.data
          queryClient.setQueryData<SessionDocument>(
            SESSION_KEY,
            (document) => document && { ...document, preferences },
          )
        }
      }
      isChanged.current = false
    }
    const changed = () => {
      isChanged.current = true
      clearTimeout(timer)
      timer = setTimeout(() => void tell(), PAUSE)
    }
    // Also the first time, when the theme on this device may not be what was last told.
    if (JSON.stringify(fromDevice(theme)) !== known.current) changed()
    const unsubscribe = usePreferences.subscribe(changed)
    window.addEventListener(COLUMNS_CHANGED, changed)
    return () => {
      clearTimeout(timer)
      unsubscribe()
      window.removeEventListener(COLUMNS_CHANGED, changed)
    }
  }, [isReady, theme, queryClient])
}

/** What is chosen on this device, as the hub keeps it. */
export function fromDevice(theme: string): KeptPreferences {
  const { language, density, letterKeys, sidebarCollapsed } = usePreferences.getState()
  const columns: Record<string, Record<string, boolean>> = {}
  for (const key of Object.keys(localStorage).sort()) {
    if (!key.startsWith(COLUMNS)) continue
    const shown = readColumns(localStorage.getItem(key))
    if (shown) columns[key.slice(COLUMNS.length)] = shown
  }
  return {
    theme: theme as KeptPreferences['theme'],
    language: language === 'auto' ? null : language,
    density,
    letter_keys: letterKeys,
    sidebar_collapsed: sidebarCollapsed,
    columns,
  }
}

/** Has this device be as the hub keeps it; what was never chosen stays as it is here. */
export function putOnDevice(kept: KeptPreferences, setTheme: (theme: string) => void): void {
  usePreferences.getState().set({
    ...(kept.language ? { language: kept.language as Language } : {}),
    ...(kept.density ? { density: kept.density as Density } : {}),
    ...(typeof kept.letter_keys === 'boolean' ? { letterKeys: kept.letter_keys } : {}),
    ...(typeof kept.sidebar_collapsed === 'boolean' ? { sidebarCollapsed: kept.sidebar_collapsed } : {}),
  })
  if (kept.theme) setTheme(kept.theme)
  for (const [name, shown] of Object.entries(kept.columns ?? {})) {
    const [key, value] = [COLUMNS + name, JSON.stringify(shown)]
    if (localStorage.getItem(key) === value) continue
    localStorage.setItem(key, value)
    // Who shows it listens for other tabs' changes already.
    window.dispatchEvent(new StorageEvent('storage', { key }))
  }
}

function readColumns(text: string | null): Record<string, boolean> | null {
  try {
    const value: unknown = JSON.parse(text ?? '')
    return value && typeof value === 'object' && !Array.isArray(value)
      ? (value as Record<string, boolean>)
      : null
  } catch {
    return null
  }
}
