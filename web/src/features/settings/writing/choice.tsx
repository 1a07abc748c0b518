'use client'

import { Field } from '@/components/ui/field'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'

/** One of a few, by a name for each. */
export function Choice<Name extends string>({
  label,
  value,
  names,
  nameOf,
  onChange,
}: {
  label: string
  value: Name
  names: readonly Name[]
  nameOf: (name: Name) => string
  onChange: (name: Name) => void
}) {
  return (
    <Field label={label} className="min-w-36">
      <ChoiceSelect value={value} names={names} nameOf={nameOf} onChange={onChange} />
    </Field>
  )
}

function ChoiceSelect<Name extends string>({
  value,
  names,
  nameOf,
  onChange,
  ...props
}: {
  value: Name
  names: readonly Name[]
  nameOf: (name: Name) => string
  onChange: (name: Name) => void
}) {
  return (
    <Select value={value} onValueChange={(next) => onChange(next as Name)}>
      <SelectTrigger {...props}>
        <SelectValue />
      </SelectTrigger>
      <SelectContent>
        {names.map((name) => (
          <SelectItem key={name} value={name}>
            {nameOf(name)}
          </SelectItem>
        ))}
      </SelectContent>
    </Select>
  )
}
