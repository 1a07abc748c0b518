import type { ComponentProps } from 'react'
import { cn } from '@/lib/cn'

/** The place of something that is on its way, in the size it will have. */
export function Skeleton({ className, ...props }: ComponentProps<'div'>) {
  return (
    <div
      data-slot="skeleton"
      aria-hidden
      className={cn('animate-pulse rounded-md bg-muted', className)}
      {...props}
    />
  )
}
