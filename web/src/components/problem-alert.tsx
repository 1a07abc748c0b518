'use client'

import { CopyIcon, RotateCwIcon } from 'lucide-react'
import { useState } from 'react'
import { useT } from '@/lib/i18n'
import { asProblem, type Problem } from '@/lib/problem'
import { Alert, AlertDescription, AlertTitle } from './ui/alert'
import { Button } from './ui/button'

interface ProblemAlertProps {
  error: unknown
  /** Asks again; without it there is no button. */
  onRetry?: () => void
  className?: string
}

/** What the hub refused or failed to do, in its words or in ours, with the id by which its log finds the request. */
export function ProblemAlert({ error, onRetry, className }: ProblemAlertProps) {
  const t = useT('common')
  const problem = asProblem(error)
  const { title, detail } = useProblemText()(problem)
  const canRetry = onRetry && ![401, 403, 404].includes(problem.status)
  return (
    <Alert variant="destructive" className={className}>
      <AlertTitle>{title}</AlertTitle>
      {detail && <AlertDescription>{detail}</AlertDescription>}
      {(canRetry || problem.requestId) && (
        <div className="mt-1 flex flex-wrap items-center gap-x-4 gap-y-2">
          {canRetry && (
            <Button variant="outline" size="sm" onClick={onRetry}>
              <RotateCwIcon className="size-3.5" aria-hidden />
              {t('actions.retry')}
            </Button>
          )}
          {problem.requestId && <RequestId id={problem.requestId} />}
        </div>
      )}
    </Alert>
  )
}

/** Says a problem in two texts, for an alert, a toast or a page. */
export function useProblemText(): (error: unknown) => { title: string; detail: string } {
  const t = useT('common')
  return (error) => {
    const problem = asProblem(error)
    const { status, code } = problem
    const said = { title: problem.title || t('problem.fault.title'), detail: problem.detail }
    if (code === 'unreachable') {
      return { title: t('problem.unreachable.title'), detail: t('problem.unreachable.detail') }
    }
    if (code === 'fault') return { title: t('problem.fault.title'), detail: t('problem.fault.detail') }
    if (status === 401) return { title: t('problem.signedOut.title'), detail: t('problem.signedOut.detail') }
    if (status === 403) {
      return {
        title: t('problem.forbidden.title'),
        detail: said.detail || t('problem.forbidden.detailUnknown'),
      }
    }
    if (status === 404) {
      return { title: t('problem.notFound.title'), detail: said.detail || t('problem.notFound.detail') }
    }
    if (status === 412 || code === 'changed') {
      return { title: t('problem.conflict.title'), detail: t('problem.conflict.detail') }
    }
    if (status === 429) {
      return { title: t('problem.rateLimited.title'), detail: waitText(problem, t) }
    }
    if (status >= 502 && status <= 504 && !problem.title) {
      return { title: t('problem.unavailable.title'), detail: t('problem.unavailable.detail') }
    }
    return said
  }
}

function waitText(problem: Problem, t: ReturnType<typeof useT<'common'>>): string {
  return problem.retryAfter === null
    ? t('problem.rateLimited.detailUnknown')
    : t('problem.rateLimited.detail', { seconds: problem.retryAfter })
}

function RequestId({ id }: { id: string }) {
  const t = useT('common')
  const [isCopied, setCopied] = useState(false)
  return (
    <span className="flex items-center gap-1 text-xs text-muted-foreground">
      <span className="font-mono">{t('problem.requestId', { id })}</span>
      <Button
        variant="ghost"
        size="sm"
        aria-label={t('problem.copyRequestId')}
        onClick={() => void navigator.clipboard.writeText(id).then(() => setCopied(true))}
      >
        <CopyIcon className="size-3.5" aria-hidden />
        <span role="status">{isCopied && t('actions.copied')}</span>
      </Button>
    </span>
  )
}
