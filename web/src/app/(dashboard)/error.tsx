'use client'

import { FailedPage } from '@/components/shell/failed-page'

export default function DashboardError({ error, reset }: { error: Error; reset: () => void }) {
  return <FailedPage error={error} onRetry={reset} />
}
