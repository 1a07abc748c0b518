import type { ComponentProps } from 'react'
import { cn } from '@/lib/cn'

/** The look of everything that is typed into or opens a choice. */
export const controlClasses =
  'w-full min-w-0 rounded-md border border-input bg-card text-foreground placeholder:text-muted-foreground disabled:cursor-not-allowed disabled:opacity-50 aria-invalid:border-negative'

export function Input({ className, ...props }: ComponentProps<'input'>) {
  return (
    <input
      data-slot="input"
      className={cn(
        controlClasses,
        'h-(--control) px-2.5 file:mr-2 file:border-0 file:bg-transparent file:text-sm file:font-medium',
        className,
      )}
      {...props}
    />
  )
}
