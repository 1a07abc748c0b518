'use client'

import { ListFilter } from 'lucide-react'
import { useId, useState } from 'react'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { Checkbox } from '@/components/ui/checkbox'
import { Input } from '@/components/ui/input'
import { Popover, PopoverContent, PopoverTrigger } from '@/components/ui/popover'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'

export interface FacetOption {
  value: string
  label: string
  /** How many would match; left out where the hub does not count them. */
  count?: number
}

/** Beyond so many choices there is a field to search them. */
const SEARCHED = 8

/** A filter by some of several values, each with the number of rows it stands for. */
export function FacetedFilter({
  label,
  options,
  value,
  onChange,
  single = false,
}: {
  label: string
  options: FacetOption[]
  value: readonly string[]
  onChange: (value: string[]) => void
  /** At most one may hold. */
  single?: boolean
}) {
  const t = useT('table')
  const format = useFormat()
  const id = useId()
  const [text, setText] = useState('')
  const chosen = options.filter((option) => value.includes(option.value))
  const shown = options.filter((option) => option.label.toLowerCase().includes(text.trim().toLowerCase()))
  const toggle = (option: string) => {
    if (value.includes(option)) onChange(value.filter((each) => each !== option))
    else onChange(single ? [option] : [...value, option])
  }
  return (
    <Popover>
      <PopoverTrigger asChild>
        <Button variant="outline" size="sm" className="font-normal">
          <ListFilter aria-hidden className="size-4" strokeWidth={1.75} />
          {label}
          {chosen.length > 0 && (
            <Badge variant="secondary">
              {chosen.length > 2
                ? t('chosen', { count: chosen.length })
                : chosen.map((each) => each.label).join(', ')}
            </Badge>
          )}
        </Button>
      </PopoverTrigger>
      <PopoverContent align="start" className="w-60 p-1" aria-label={label}>
        {options.length > SEARCHED && (
          <Input
            value={text}
            onChange={(event) => setText(event.target.value)}
            placeholder={t('searchOptions')}
            aria-label={t('searchOptions')}
            className="mb-1 h-8"
          />
        )}
        <ul className="max-h-72 overflow-y-auto">
          {shown.map((option) => (
            <li key={option.value}>
              <label
                htmlFor={`${id}${option.value}`}
                className="flex min-h-8 cursor-pointer items-center gap-2 rounded-md px-2 hover:bg-accent"
              >
                <Checkbox
                  id={`${id}${option.value}`}
                  checked={value.includes(option.value)}
                  onCheckedChange={() => toggle(option.value)}
                />
                <span className="min-w-0 flex-1 truncate">{option.label}</span>
                {option.count !== undefined && (
                  <span className="text-xs text-muted-foreground">{format.number(option.count)}</span>
                )}
              </label>
            </li>
          ))}
          {shown.length === 0 && <li className="px-2 py-1.5 text-muted-foreground">{t('noOptions')}</li>}
        </ul>
        {value.length > 0 && (
          <Button variant="ghost" size="sm" className="mt-1 w-full" onClick={() => onChange([])}>
            {t('clearFilter')}
          </Button>
        )}
      </PopoverContent>
    </Popover>
  )
}
