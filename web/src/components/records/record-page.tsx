'use client'

import { parseAsString, useQueryState } from 'nuqs'
import type { ReactNode } from 'react'
import { Empty } from '@/components/empty'
import { Page } from '@/components/page'
import { Button } from '@/components/ui/button'
import { Skeleton } from '@/components/ui/skeleton'
import { Link } from '@/lib/nav'

/** The page of the record that the address names by `?id=`; without one, the way to the list. */
export function RecordPage({
  words,
  list,
  children,
}: {
  words: { title: string; noId: string; toList: string }
  /** Where the records are listed. */
  list: string
  children: (id: string) => ReactNode
}) {
  const [id] = useQueryState('id', parseAsString)
  if (id !== null) return children(id)
  return (
    <Page title={words.title}>
      <Empty
        title={words.noId}
        action={
          <Button asChild>
            <Link href={list}>{words.toList}</Link>
          </Button>
        }
      />
    </Page>
  )
}

/** The shape of a record's page while it is on its way: what matters most at the left, facts at the right. */
export const RecordSkeleton = () => (
  <div className="grid gap-4 lg:grid-cols-3">
    <div className="flex flex-col gap-4 lg:col-span-2">
      <Skeleton className="h-80 w-full" />
      <Skeleton className="h-56 w-full" />
    </div>
    <div className="flex flex-col gap-4">
      <Skeleton className="h-56 w-full" />
      <Skeleton className="h-48 w-full" />
    </div>
  </div>
)
