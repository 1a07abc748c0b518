'use client'

import type { ComponentProps } from 'react'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { cn } from '@/lib/cn'

interface ChoiceProps extends Omit<ComponentProps<typeof SelectTrigger>, 'value' | 'onChange'> {
  value: string
  options: { value: string; label: string }[]
  onChange: (value: string) => void
}

/** One of a few; what a field hands down goes to the control itself. */
export function Choice({ value, options, onChange, className, ...control }: ChoiceProps) {
  return (
    <Select value={value} onValueChange={onChange}>
      <SelectTrigger className={cn('w-auto min-w-28', className)} {...control}>
        <SelectValue />
      </SelectTrigger>
      <SelectContent>
        {options.map((option) => (
          <SelectItem key={option.value} value={option.value}>
            {option.label}
          </SelectItem>
        ))}
      </SelectContent>
    </Select>
  )
}
