'use client'

import { useCallback, useSyncExternalStore } from 'react'
import { COLUMNS_CHANGED } from '@/lib/preferences-sync'

const PREFIX = 'paypredict.'
const listeners = new Set<() => void>()

function subscribe(listener: () => void) {
  listeners.add(listener)
  window.addEventListener('storage', listener)
  return () => {
    listeners.delete(listener)
    window.removeEventListener('storage', listener)
  }
}

/** How somebody likes a thing to be, kept in this browser; `fallback` until they said. What is kept must be JSON. */
export function usePreference<Value>(name: string, fallback: Value): [Value, (value: Value) => void] {
  const kept = useSyncExternalStore(
    subscribe,
    () => localStorage.getItem(PREFIX + name),
    () => null,
  )
  const set = useCallback(
    (value: Value) => {
      localStorage.setItem(PREFIX + name, JSON.stringify(value))
      listeners.forEach((listener) => listener())
      window.dispatchEvent(new Event(COLUMNS_CHANGED))
    },
    [name],
  )
  return [parse(kept, fallback), set]
}

function parse<Value>(kept: string | null, fallback: Value): Value {
  if (kept === null) return fallback
  try {
    return JSON.parse(kept) as Value
  } catch {
    return fallback
  }
}
