import type { ReactNode } from 'react'
import { cn } from '@/lib/cn'

export type Tone = 'positive' | 'warning' | 'negative' | 'neutral' | 'accent'

const DOTS: Record<Tone, string> = {
  positive: 'bg-positive',
  warning: 'bg-warning',
  negative: 'bg-negative',
  neutral: 'bg-actual',
  accent: 'bg-primary',
}

/** A state: a dot whose colour says what the word says. */
export function Status({
  tone,
  className,
  children,
}: {
  tone: Tone
  className?: string
  children: ReactNode
}) {
  return (
    <span className={cn('inline-flex items-baseline gap-1.5 whitespace-nowrap', className)}>
      <span
        aria-hidden
        className={cn('size-1.5 shrink-0 self-center rounded-full forced-color-adjust-none', DOTS[tone])}
      />
      {children}
    </span>
  )
}
