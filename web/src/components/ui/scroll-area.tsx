import type { ComponentProps } from 'react'
import { cn } from '@/lib/cn'

/** A region that scrolls by itself, with the browser's own bars; the keyboard reaches it. Give it an `aria-label`. */
export function ScrollArea({ className, ...props }: ComponentProps<'div'>) {
  return (
    <div
      data-slot="scroll-area"
      role="region"
      tabIndex={0}
      className={cn('min-h-0 [scrollbar-width:thin] overflow-auto -outline-offset-2!', className)}
      {...props}
    />
  )
}
