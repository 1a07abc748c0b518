import type { ReactNode } from 'react'
import { cn } from '@/lib/cn'

interface EmptyProps {
  /** One sentence: what is not there. */
  title: ReactNode
  detail?: ReactNode
  /** The one thing to do about it. */
  action?: ReactNode
  className?: string
}

/** In place of a list or figure that has nothing in it. */
export function Empty({ title, detail, action, className }: EmptyProps) {
  return (
    <div className={cn('flex flex-col items-center gap-3 px-4 py-10 text-center text-balance', className)}>
      <div className="flex flex-col gap-1">
        <p className="font-medium">{title}</p>
        {detail && <p className="max-w-prose text-muted-foreground">{detail}</p>}
      </div>
      {action}
    </div>
  )
}
