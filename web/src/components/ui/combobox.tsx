'use client'

import { CheckIcon, ChevronsUpDownIcon } from 'lucide-react'
import { type ComponentProps, useId, useState } from 'react'
import { cn } from '@/lib/cn'
import { useT } from '@/lib/i18n'
import { Command, CommandEmpty, CommandInput, CommandItem, CommandList } from './command'
import { controlClasses } from './input'
import { Popover, PopoverContent, PopoverTrigger } from './popover'

export interface ComboboxOption {
  value: string
  label: string
  /** What tells it from others of the same name. */
  detail?: string
}

interface ComboboxProps extends Omit<
  ComponentProps<'button'>,
  'value' | 'onChange' | 'onSelect' | 'role' | 'type'
> {
  options: ComboboxOption[]
  value: string | null
  /** Choosing the chosen one again takes it back: null. */
  onChange: (value: string | null) => void
  placeholder?: string
  /** Called with what is typed, where the options come from the hub; they are then shown as they come. */
  onSearch?: (text: string) => void
  isSearching?: boolean
}

/** One choice out of many, found by typing. */
export function Combobox({
  options,
  value,
  onChange,
  placeholder,
  onSearch,
  isSearching = false,
  className,
  ...props
}: ComboboxProps) {
  const t = useT('common')
  const listId = useId()
  const [isOpen, setOpen] = useState(false)
  // Options that come from the hub replace those that were typed before: Enter then takes the first of the new ones.
  const [active, setActive] = useState('')
  const highlighted = !onSearch || options.some(({ value }) => value === active) ? active : options[0]?.value
  const chosen = options.find((option) => option.value === value)
  return (
    <Popover open={isOpen} onOpenChange={setOpen}>
      <PopoverTrigger asChild>
        <button
          type="button"
          role="combobox"
          aria-expanded={isOpen}
          aria-controls={listId}
          data-slot="combobox"
          className={cn(
            controlClasses,
            'flex h-(--control) items-center justify-between gap-2 px-2.5 text-left',
            className,
          )}
          {...props}
        >
          <span className={cn('truncate', !chosen && 'text-muted-foreground')}>
            {chosen?.label ?? placeholder ?? t('combobox.placeholder')}
          </span>
          <ChevronsUpDownIcon className="size-4 shrink-0 text-muted-foreground" aria-hidden />
        </button>
      </PopoverTrigger>
      <PopoverContent
        id={listId}
        aria-label={props['aria-label'] ?? placeholder ?? t('combobox.placeholder')}
        className="w-(--radix-popover-trigger-width) min-w-56 p-0"
      >
        <Command
          shouldFilter={!onSearch}
          label={t('combobox.search')}
          value={highlighted}
          onValueChange={setActive}
        >
          <CommandInput placeholder={t('combobox.search')} onValueChange={onSearch} />
          <CommandList>
            <CommandEmpty>{isSearching ? t('status.loading') : t('combobox.none')}</CommandEmpty>
            {options.map((option) => (
              <CommandItem
                key={option.value}
                value={option.value}
                keywords={[option.label, option.detail ?? '']}
                onSelect={() => {
                  onChange(option.value === value ? null : option.value)
                  setOpen(false)
                }}
              >
                <span className="min-w-0 flex-1 truncate">{option.label}</span>
                {option.detail && <span className="text-xs text-muted-foreground">{option.detail}</span>}
                <CheckIcon className={cn(option.value !== value && 'invisible')} aria-hidden />
              </CommandItem>
            ))}
          </CommandList>
        </Command>
      </PopoverContent>
    </Popover>
  )
}
