'use client'

import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { Field } from '@/components/ui/field'

/** Stands for "as the hub would", which is no choice. */
const AUTOMATIC = 'automatic'

interface Props {
  label: string
  /** What the hub would take by itself, in words; left out where one has to be chosen. */
  automatic?: string
  value: string | null
  options: { value: string; label: string }[]
  onChange: (value: string | null) => void
  help?: string
}

/** One of several, or what the hub would take by itself: null. */
export function Choice({ label, automatic, value, options, onChange, help }: Props) {
  return (
    <Select value={value ?? AUTOMATIC} onValueChange={(next) => onChange(next === AUTOMATIC ? null : next)}>
      <Field label={label} help={help}>
        <SelectTrigger>
          <SelectValue />
        </SelectTrigger>
      </Field>
      <SelectContent>
        {automatic !== undefined && <SelectItem value={AUTOMATIC}>{automatic}</SelectItem>}
        {options.map((each) => (
          <SelectItem key={each.value} value={each.value}>
            {each.label}
          </SelectItem>
        ))}
      </SelectContent>
    </Select>
  )
}
