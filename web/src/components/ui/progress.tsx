'use client'

import { Progress as ProgressPrimitive } from 'radix-ui'
import type { ComponentProps } from 'react'
import { cn } from '@/lib/cn'

/** From 0 to 100; `null` where nobody knows how far it is. Give it an `aria-label`. */
export function Progress({ className, value, ...props }: ComponentProps<typeof ProgressPrimitive.Root>) {
  return (
    <ProgressPrimitive.Root
      data-slot="progress"
      value={value}
      className={cn('relative h-1.5 w-full overflow-hidden rounded-full bg-muted', className)}
      {...props}
    >
      <ProgressPrimitive.Indicator
        className={cn(
          'h-full rounded-full bg-primary forced-colors:bg-[Highlight]',
          typeof value === 'number' ? 'transition-[width]' : 'w-1/3 animate-pulse',
        )}
        style={typeof value === 'number' ? { width: `${value}%` } : undefined}
      />
    </ProgressPrimitive.Root>
  )
}
