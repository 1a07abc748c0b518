'use client'

import { useEffect } from 'react'
import { Page } from '@/components/page'
import { ProblemAlert } from '@/components/problem-alert'
import { Button } from '@/components/ui/button'
import { useT } from '@/lib/i18n'
import { Problem } from '@/lib/problem'

/** In place of a page that threw while it was drawn. */
export function FailedPage({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const t = useT('shell')
  useEffect(() => {
    console.error(error)
  }, [error])
  return (
    <Page title={t('error.title')}>
      <ProblemAlert
        error={error instanceof Problem ? error : new Problem(0, { code: 'fault' })}
        onRetry={onRetry}
        className="max-w-2xl"
      />
      <Button asChild variant="link" className="self-start px-0">
        {/* A whole load, not a Link: what is in memory may be what failed. */}
        {/* eslint-disable-next-line @next/next/no-html-link-for-pages */}
        <a href="/">{t('error.home')}</a>
      </Button>
    </Page>
  )
}
