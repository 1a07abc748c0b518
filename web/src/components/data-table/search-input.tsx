'use client'

import { Search, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { Input } from '@/components/ui/input'
import { useHotkeys } from '@/lib/hotkeys'
import { useT } from '@/lib/i18n'

const PAUSE_MS = 250

/** The text filter of a list: `/` leads to it, what is typed holds after a pause, Esc takes it away. */
export function SearchInput({
  value,
  onChange,
  label,
  hotkey = true,
}: {
  value: string
  onChange: (value: string) => void
  label: string
  hotkey?: boolean
}) {
  const t = useT('table')
  const input = useRef<HTMLInputElement>(null)
  const [typed, setTyped] = useState(value)
  const [told, setTold] = useState(value)
  // What comes from elsewhere (a pasted address, Back, "Clear filters") replaces what was typed.
  if (told !== value) {
    setTold(value)
    setTyped(value)
  }
  useEffect(() => {
    if (typed.trim() === value) return
    const pause = setTimeout(() => onChange(typed.trim()), PAUSE_MS)
    return () => clearTimeout(pause)
  }, [typed, value, onChange])
  useHotkeys({ '/': () => input.current?.focus() }, { enabled: hotkey })

  return (
    <div className="relative w-full sm:w-64">
      <Search
        aria-hidden
        strokeWidth={1.75}
        className="pointer-events-none absolute top-1/2 left-2.5 size-4 -translate-y-1/2 text-muted-foreground"
      />
      <Input
        ref={input}
        type="search"
        value={typed}
        maxLength={100}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || typed === '') return
          event.stopPropagation()
          setTyped('')
          onChange('')
        }}
        placeholder={label}
        aria-label={label}
        className="h-8 px-8 [&::-webkit-search-cancel-button]:hidden"
      />
      {typed !== '' && (
        <button
          type="button"
          aria-label={t('clearSearch')}
          onClick={() => {
            setTyped('')
            onChange('')
            input.current?.focus()
          }}
          className="absolute top-1/2 right-1 grid size-6 -translate-y-1/2 place-items-center rounded text-muted-foreground hover:text-foreground"
        >
          <X aria-hidden className="size-4" strokeWidth={1.75} />
        </button>
      )}
    </div>
  )
}
