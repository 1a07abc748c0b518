'use client'

import { useEffect, useRef } from 'react'
import { create } from 'zustand'
import { usePreferences } from './preferences'

/** What a key does. `true` lets the browser do what it does with the key as well. */
type Handler = (event: KeyboardEvent) => void | true

interface Bound {
  handlers: { current: Record<string, Handler> }
  inDialog: boolean
}

/** How long the second key of `g i` may take, in milliseconds. */
const SEQUENCE = 1200

/** What lies over the page and has the keyboard to itself. */
const LAYERS = ['dialog', 'alertdialog', 'menu', 'listbox']
  .map((role) => `[role=${role}][data-state=open]`)
  .join()

const bound: Bound[] = []
let started: { key: string; at: number } | null = null

interface HotkeyOptions {
  enabled?: boolean
  /** Also while a dialog, sheet or menu is open: for what stands in one. */
  inDialog?: boolean
}

/**
 * Keys of what is on screen: `useHotkeys({ '/': focusFilter, 'g i': goToInvoices, 'mod+k': openPalette })`. Keys are as
 * `KeyboardEvent.key` names them, in lower case; `mod` is Ctrl, and ⌘ on a Mac. Of two for one key the one that came
 * last holds. They are off inside inputs, and all but `mod+…`, arrows and named keys can be switched off.
 */
export function useHotkeys(handlers: Record<string, Handler>, options: HotkeyOptions = {}): void {
  const { enabled = true, inDialog = false } = options
  const latest = useRef(handlers)
  useEffect(() => {
    latest.current = handlers
  })
  useEffect(() => {
    if (!enabled) return
    const entry: Bound = { handlers: latest, inDialog }
    if (bound.length === 0) window.addEventListener('keydown', onKeyDown)
    bound.push(entry)
    return () => {
      bound.splice(bound.indexOf(entry), 1)
      if (bound.length === 0) window.removeEventListener('keydown', onKeyDown)
    }
  }, [enabled, inDialog])
}

/** Something that can be done now, listed in the palette and in the help. */
export interface Action {
  id: string
  label: string
  /** As for `useHotkeys`. */
  keys?: string
  run: () => void
}

interface ActionStore {
  /** By whom they were registered. */
  groups: Map<symbol, Action[]>
}

const useActionStore = create<ActionStore>()(() => ({ groups: new Map() }))

/** Offers actions, in the palette and by their keys, for as long as the component is there. */
export function useActions(actions: Action[]): void {
  const owner = useRef<symbol>(Symbol('actions'))
  const latest = useRef(actions)
  useEffect(() => {
    latest.current = actions
  })
  const signature = actions.map(({ id, label, keys }) => [id, label, keys].join('\n')).join('\n\n')
  useEffect(() => {
    const key = owner.current
    const offered = latest.current.map((action) => ({
      ...action,
      run: () => latest.current.find(({ id }) => id === action.id)?.run(),
    }))
    useActionStore.setState(({ groups }) => ({ groups: new Map(groups).set(key, offered) }))
    return () => {
      useActionStore.setState(({ groups }) => {
        const left = new Map(groups)
        left.delete(key)
        return { groups: left }
      })
    }
  }, [signature])
  const keyed = actions.filter((action) => action.keys !== undefined)
  useHotkeys(Object.fromEntries(keyed.map(({ keys, run }) => [keys, () => run()])))
}

/** All actions on offer, the page's own first. */
export function useOfferedActions(): Action[] {
  const groups = useActionStore((state) => state.groups)
  return [...groups.values()].reverse().flat()
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || isTyping(event)) return
  const key = nameOf(event)
  if (!key) return
  const hasLetters = usePreferences.getState().letterKeys
  const sequence = started && event.timeStamp - started.at <= SEQUENCE ? `${started.key} ${key}` : null
  const run = (sequence && find(sequence, hasLetters)) || find(key, hasLetters)
  started = null
  if (run) {
    if (run(event) !== true) event.preventDefault()
  } else if (hasLetters && isLetter(key) && begins(key)) {
    started = { key, at: event.timeStamp }
  }
}

function find(keys: string, hasLetters: boolean): Handler | undefined {
  if (!hasLetters && keys.split(' ').some(isLetter)) return undefined
  const isCovered = document.querySelector(LAYERS) !== null
  const entry = bound.findLast(
    ({ handlers, inDialog }) => keys in handlers.current && (inDialog || !isCovered),
  )
  return entry?.handlers.current[keys]
}

const begins = (key: string) =>
  bound.some(({ handlers }) => Object.keys(handlers.current).some((keys) => keys.startsWith(`${key} `)))

/** A single character without a modifier, which people who dictate may type without meaning to. */
const isLetter = (key: string) => [...key].length === 1

function nameOf(event: KeyboardEvent): string | null {
  if (['Control', 'Meta', 'Shift', 'Alt'].includes(event.key)) return null
  const key = event.key === ' ' ? 'space' : event.key.toLowerCase()
  if (event.ctrlKey || event.metaKey) return `mod+${key}`
  // Alt makes characters on many keyboards, and menus on others.
  return event.altKey ? null : key
}

/** Whether the key is for what has the focus. `mod+…` is for the page even then. */
function isTyping(event: KeyboardEvent): boolean {
  const target = event.target instanceof Element ? event.target : null
  const field = target?.closest('input, textarea, select, [contenteditable]')
  if (!field) return false
  if (field instanceof HTMLInputElement && ['checkbox', 'radio', 'button', 'range'].includes(field.type)) {
    return false
  }
  return !(event.ctrlKey || event.metaKey)
}
