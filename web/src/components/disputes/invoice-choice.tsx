'use client'

import { type ComponentProps, useState } from 'react'
import { useSearch } from '@/components/shell/search'
import { Combobox } from '@/components/ui/combobox'

export interface ChosenInvoice {
  id: string
  number: string
}

interface InvoiceChoiceProps extends Omit<ComponentProps<typeof Combobox>, 'options' | 'value' | 'onChange'> {
  value: ChosenInvoice | null
  onChange: (invoice: ChosenInvoice | null) => void
}

/** One invoice, found by a part of its number. */
export function InvoiceChoice({ value, onChange, ...props }: InvoiceChoiceProps) {
  const [typed, setTyped] = useState('')
  const search = useSearch(typed.trim())
  const options = search.items
    .filter(({ kind }) => kind === 'invoice')
    .map(({ id, title, detail }) => ({ value: id, label: title, ...(detail ? { detail } : {}) }))
  // The chosen one stays among the options whatever is searched for, so that its number stays shown.
  if (value && !options.some((option) => option.value === value.id))
    options.unshift({ value: value.id, label: value.number })
  return (
    <Combobox
      {...props}
      options={options}
      value={value?.id ?? null}
      onChange={(id) => {
        const option = options.find((each) => each.value === id)
        onChange(option ? { id: option.value, number: option.label } : null)
      }}
      onSearch={setTyped}
      isSearching={search.isSearching}
    />
  )
}
