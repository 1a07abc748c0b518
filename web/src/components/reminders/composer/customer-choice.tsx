'use client'

import { type ComponentProps, useState } from 'react'
import { useSearch } from '@/components/shell/search'
import { Combobox } from '@/components/ui/combobox'

type Customer = { id: string; name: string }

interface CustomerChoiceProps extends Omit<
  ComponentProps<typeof Combobox>,
  'options' | 'value' | 'onChange'
> {
  value: Customer | null
  onChange: (customer: Customer | null) => void
}

/** One customer, found by a part of the name. */
export function CustomerChoice({ value, onChange, ...props }: CustomerChoiceProps) {
  const [typed, setTyped] = useState('')
  const search = useSearch(typed.trim())
  const options = search.items
    .filter(({ kind }) => kind === 'customer')
    .map(({ id, title, detail }) => ({ value: id, label: title, ...(detail ? { detail } : {}) }))
  // The chosen one stays among the options whatever is searched for, so that its name stays shown.
  if (value && !options.some((option) => option.value === value.id))
    options.unshift({ value: value.id, label: value.name })
  return (
    <Combobox
      {...props}
      options={options}
      value={value?.id ?? null}
      onChange={(id) => {
        const option = options.find((each) => each.value === id)
        onChange(option ? { id: option.value, name: option.label } : null)
      }}
      onSearch={setTyped}
      isSearching={search.isSearching}
    />
  )
}
