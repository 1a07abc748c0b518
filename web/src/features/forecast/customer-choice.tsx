'use client'

import { type ComponentProps, useEffect, useState } from 'react'
import { Combobox } from '@/components/ui/combobox'
import { useCustomerSearch } from './api'

type Customer = { id: string; name: string }

interface CustomerChoiceProps extends Omit<
  ComponentProps<typeof Combobox>,
  'options' | 'value' | 'onChange'
> {
  value: Customer | null
  onChange: (customer: Customer | null) => void
}

/** One customer with open invoices, found by a part of its name. */
export function CustomerChoice({ value, onChange, ...props }: CustomerChoiceProps) {
  const [typed, setTyped] = useState('')
  const search = useCustomerSearch(useSettled(typed.trim(), 200))
  const found = search.data?.items ?? []
  const options = found.map(({ id, name, country }) => ({
    value: id,
    label: name,
    ...(country ? { detail: country } : {}),
  }))
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
      isSearching={search.isFetching}
    />
  )
}

/** A text once nobody has typed for a while. */
function useSettled(text: string, milliseconds: number): string {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), milliseconds)
    return () => clearTimeout(timer)
  }, [text, milliseconds])
  return settled
}
