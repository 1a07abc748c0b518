'use client'

import { useEffect, useSyncExternalStore } from 'react'
import { Skeleton } from '@/components/ui/skeleton'
import { asProblem } from '@/lib/problem'
import { type Statement, useStatement } from './api'
import { StatementView } from './statement'
import { Told } from './told'
import { spokenOf, useWords, WithWords } from './words'

/** The page of whoever has a link: what they owe, and what they may say to it. The link's secret is in the fragment. */
export function StatementPage() {
  const token = useSyncExternalStore(
    (tell) => {
      window.addEventListener('hashchange', tell)
      return () => window.removeEventListener('hashchange', tell)
    },
    () => location.hash.slice(1),
    () => null,
  )
  return token ? <Opened key={token} token={token} /> : token === null ? null : <Unopened />
}

function Opened({ token }: { token: string }) {
  const { data, error, refetch } = useStatement(token)
  return (
    <WithWords language={spokenOf(data?.language, navigator.languages)}>
      <Frame statement={data}>
        {data ? (
          <StatementView token={token} statement={data} />
        ) : error ? (
          <Refused error={error} onRetry={() => void refetch()} />
        ) : (
          <Loading />
        )}
      </Frame>
    </WithWords>
  )
}

function Unopened() {
  return (
    <WithWords language={spokenOf(undefined, navigator.languages)}>
      <Frame>
        <Told kind="missing" />
      </Frame>
    </WithWords>
  )
}

function Frame({ statement, children }: { statement?: Statement; children: React.ReactNode }) {
  const { t, language } = useWords()
  const company = statement?.company
  useEffect(() => {
    document.documentElement.lang = language
    document.title = [t('page.title'), company].filter(Boolean).join(' · ')
  }, [t, language, company])
  return (
    <div lang={language} className="min-h-dvh bg-sidebar px-3 py-6 sm:px-6 sm:py-10">
      <main className="mx-auto flex w-full max-w-3xl min-w-0 flex-col gap-4">
        <h1 className="text-xl font-semibold">{t('page.title')}</h1>
        {children}
      </main>
    </div>
  )
}

function Loading() {
  const { t } = useWords()
  return (
    <div aria-busy>
      <span className="sr-only">{t('page.loading')}</span>
      <div aria-hidden className="flex flex-col gap-4">
        <Skeleton className="h-6 w-64 max-w-full" />
        <Skeleton className="h-40 w-full" />
        <Skeleton className="h-40 w-full" />
      </div>
    </div>
  )
}

function Refused({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { status, code, retryAfter } = asProblem(error)
  if (status === 404) return <Told kind="invalid" />
  if (status === 410) return <Told kind="expired" />
  if (status === 429) return <Told kind="limited" seconds={retryAfter ?? 60} onRetry={onRetry} />
  return <Told kind={code === 'unreachable' ? 'unreachable' : 'other'} onRetry={onRetry} />
}
