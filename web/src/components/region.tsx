'use client'

import type { UseQueryResult } from '@tanstack/react-query'
import { type ReactNode, useEffect, useState } from 'react'
import { cn } from '@/lib/cn'
import { useT } from '@/lib/i18n'
import { ProblemAlert } from './problem-alert'

/** How long nothing is shown before it is shown that something loads, in milliseconds. */
const PATIENCE = 300

interface RegionProps<Data> {
  query: Pick<UseQueryResult<Data, unknown>, 'data' | 'error' | 'isPlaceholderData' | 'refetch'>
  /** The final shape in the final size, so that nothing moves when the data come. */
  skeleton: ReactNode
  isEmpty?: (data: Data) => boolean
  empty?: ReactNode
  className?: string
  children: (data: Data) => ReactNode
}

/**
 * One query's part of a page, in each of its states: on its way, failed, empty, there, and there but of the filters
 * before (dimmed). What failed to be refreshed stays, with the problem above it.
 */
export function Region<Data>({ query, skeleton, isEmpty, empty, className, children }: RegionProps<Data>) {
  const t = useT('common')
  const { data, error, isPlaceholderData } = query
  const retry = () => void query.refetch()
  if (data === undefined) {
    if (error) return <ProblemAlert error={error} onRetry={retry} className={className} />
    return (
      <div aria-busy className={className}>
        <span className="sr-only">{t('status.loading')}</span>
        <Patient>{skeleton}</Patient>
      </div>
    )
  }
  return (
    <div
      aria-busy={isPlaceholderData}
      className={cn('min-w-0 transition-opacity', isPlaceholderData && 'opacity-60', className)}
    >
      {error !== null && error !== undefined && (
        <ProblemAlert error={error} onRetry={retry} className="mb-3" />
      )}
      {isEmpty?.(data) ? empty : children(data)}
    </div>
  )
}

/** Takes its place at once and is seen only when it lasts: a flicker tells nobody anything. */
function Patient({ children }: { children: ReactNode }) {
  const [isSeen, setSeen] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setSeen(true), PATIENCE)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div aria-hidden className={cn(!isSeen && 'invisible')}>
      {children}
    </div>
  )
}
