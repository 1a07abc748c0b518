'use client'

import { Slot } from 'radix-ui'
import { type ReactNode, useId } from 'react'
import { useT } from '@/lib/i18n'
import { cn } from '@/lib/cn'
import { Label } from './label'

interface FieldProps {
  label: ReactNode
  /** What to enter, or what follows from it; stands below. */
  help?: ReactNode
  /** What is wrong, in a sentence; a react-hook-form error's `message`. */
  error?: ReactNode
  /** Says beside the label that it may stay empty. */
  optional?: boolean
  /** `inline`: a checkbox or switch with its label at the right. */
  layout?: 'stacked' | 'inline'
  className?: string
  /** The one control; it gets the id, the error state and the description. */
  children: ReactNode
}

/** A control with its label, help and error, tied together for assistive technology. */
export function Field({ label, help, error, optional, layout = 'stacked', className, children }: FieldProps) {
  const t = useT('common')
  const id = useId()
  const helpId = `${id}-help`
  const errorId = `${id}-error`
  const describedBy = [error && errorId, help && helpId].filter(Boolean).join(' ') || undefined
  const control = (
    <Slot.Root id={id} aria-invalid={error ? true : undefined} aria-describedby={describedBy}>
      {children}
    </Slot.Root>
  )
  const name = (
    <Label htmlFor={id}>
      {label}
      {optional && <span className="font-normal text-muted-foreground">({t('field.optional')})</span>}
    </Label>
  )
  return (
    <div data-slot="field" className={cn('flex min-w-0 flex-col gap-1.5', className)}>
      {layout === 'inline' ? (
        <div className="flex items-center gap-2">
          {control}
          {name}
        </div>
      ) : (
        <>
          {name}
          {control}
        </>
      )}
      {help && (
        <p id={helpId} className="text-xs text-muted-foreground">
          {help}
        </p>
      )}
      {error && (
        <p id={errorId} role="alert" className="text-xs text-negative">
          {error}
        </p>
      )}
    </div>
  )
}
