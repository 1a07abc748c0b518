import type { ReactNode } from 'react'
import { cn } from '@/lib/cn'

interface FactsProps {
  items: { label: ReactNode; value: ReactNode }[]
  className?: string
}

/** Names and what they stand for, one below the other. */
export function Facts({ items, className }: FactsProps) {
  return (
    <dl className={cn('grid grid-cols-[minmax(6rem,auto)_minmax(0,1fr)] gap-x-4 gap-y-2', className)}>
      {items.map(({ label, value }, index) => (
        <div key={index} className="contents">
          <dt className="text-muted-foreground">{label}</dt>
          <dd className="min-w-0 wrap-anywhere">{value}</dd>
        </div>
      ))}
    </dl>
  )
}
