'use client'

import { type ComponentProps, type ReactNode, useId, useState } from 'react'
import { Checkbox } from '@/components/ui/checkbox'
import { Input } from '@/components/ui/input'
import { Label } from '@/components/ui/label'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { listOf } from './document'

type InputProps = Omit<ComponentProps<typeof Input>, 'value' | 'onChange' | 'type'>

/** A number, or nothing while none is entered. */
export function NumberInput({
  value,
  onChange,
  ...props
}: InputProps & { value: number | undefined; onChange: (value: number | undefined) => void }) {
  // What is being typed ("-", "1.") is no number yet, and must not be taken away.
  const [text, setText] = useState(value === undefined ? '' : String(value))
  const shown = text !== '' && Number(text) === value ? text : value === undefined ? text : String(value)
  return (
    <Input
      type="number"
      inputMode="decimal"
      {...props}
      value={shown}
      onChange={({ target }) => {
        setText(target.value)
        onChange(target.value === '' || Number.isNaN(target.valueAsNumber) ? undefined : target.valueAsNumber)
      }}
    />
  )
}

/** Several words, separated by commas. */
export function ListInput({
  value,
  onChange,
  upper = false,
  ...props
}: InputProps & { value: readonly string[]; onChange: (value: string[]) => void; upper?: boolean }) {
  const [text, setText] = useState(value.join(', '))
  const shown = listOf(text).join() === value.join() ? text : value.join(', ')
  return (
    <Input
      autoComplete="off"
      {...props}
      value={shown}
      onChange={({ target }) => {
        const entered = upper ? target.value.toUpperCase() : target.value
        setText(entered)
        onChange(listOf(entered))
      }}
    />
  )
}

export interface Option {
  value: string
  label: string
}

/** One of a few. */
export function Choice({
  value,
  onChange,
  options,
  ...props
}: {
  value: string
  onChange: (value: string) => void
  options: readonly Option[]
  disabled?: boolean
} & Omit<ComponentProps<typeof SelectTrigger>, 'value' | 'onChange' | 'children'>) {
  return (
    <Select value={value} onValueChange={onChange} disabled={props.disabled ?? false}>
      <SelectTrigger {...props}>
        <SelectValue />
      </SelectTrigger>
      <SelectContent>
        {options.map((each) => (
          <SelectItem key={each.value} value={each.value}>
            {each.label}
          </SelectItem>
        ))}
      </SelectContent>
    </Select>
  )
}

/** Any of a few, each a box to check. */
export function Choices<Value extends string>({
  label,
  value,
  onChange,
  options,
  disabled = false,
}: {
  label: string
  value: readonly Value[]
  onChange: (value: Value[]) => void
  options: readonly { value: Value; label: string }[]
  disabled?: boolean
}) {
  return (
    <div role="group" aria-label={label} className="flex flex-wrap gap-x-4 gap-y-1">
      {options.map((each) => (
        <Label key={each.value} className="flex min-h-7 items-center gap-2 font-normal">
          <Checkbox
            checked={value.includes(each.value)}
            disabled={disabled}
            onCheckedChange={(isOn) =>
              onChange(
                options
                  .map((option) => option.value)
                  .filter((option) => (option === each.value ? isOn === true : value.includes(option))),
              )
            }
          />
          {each.label}
        </Label>
      ))}
    </div>
  )
}

/** A box to check, with what belongs to it while it is checked. */
export function Toggle({
  label,
  help,
  checked,
  onChange,
  disabled,
  children,
}: {
  label: string
  help?: string
  checked: boolean
  onChange: (checked: boolean) => void
  disabled: boolean
  children?: ReactNode
}) {
  const id = useId()
  return (
    <div className="flex flex-col gap-2">
      <Label className="flex min-h-7 items-center gap-2 font-normal">
        <Checkbox
          checked={checked}
          disabled={disabled}
          aria-describedby={help ? id : undefined}
          onCheckedChange={(isOn) => onChange(isOn === true)}
        />
        {label}
      </Label>
      {help && (
        <p id={id} className="-mt-1 pl-6 text-xs text-muted-foreground">
          {help}
        </p>
      )}
      {checked && children && <div className="grid gap-3 pl-6 sm:grid-cols-3">{children}</div>}
    </div>
  )
}
