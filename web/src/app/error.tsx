'use client'

import { FailedPage } from '@/components/shell/failed-page'

export default function RootError({ error, reset }: { error: Error; reset: () => void }) {
  return (
    <main>
      <FailedPage error={error} onRetry={reset} />
    </main>
  )
}
