'use client'

import { type ComponentType, lazy, Suspense } from 'react'
import { Skeleton } from '@/components/ui/skeleton'
import type * as Drawings from './drawings'

/** A drawing that is loaded when it is first shown, in a room whose height is known before. */
export function drawing<Props extends object>(pick: (drawings: typeof Drawings) => ComponentType<Props>) {
  const Drawing = lazy(async () => ({
    default: pick(await import('./drawings')),
  })) as unknown as ComponentType<Props>
  return function LazyDrawing(props: Props) {
    return (
      <Suspense fallback={<Skeleton className="size-full" />}>
        <Drawing {...props} />
      </Suspense>
    )
  }
}
