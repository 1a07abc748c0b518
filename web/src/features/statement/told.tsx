'use client'

import { Alert, AlertDescription, AlertTitle } from '@/components/ui/alert'
import { Button } from '@/components/ui/button'
import { useWords } from './words'

interface ToldProps {
  kind: 'missing' | 'invalid' | 'expired' | 'limited' | 'unreachable' | 'other' | 'refused'
  seconds?: number
  onRetry?: () => void
}

/** What went wrong, and what to do about it. */
export function Told({ kind, seconds = 0, onRetry }: ToldProps) {
  const { t } = useWords()
  return (
    <Alert variant="destructive">
      <AlertTitle>{t(`problem.${kind}`)}</AlertTitle>
      <AlertDescription>
        {kind === 'limited' ? t('problem.limitedDetail', { seconds }) : t(`problem.${kind}Detail`)}
      </AlertDescription>
      {onRetry && (
        <Button variant="outline" className="mt-1 w-fit" onClick={onRetry}>
          {t('problem.retry')}
        </Button>
      )}
    </Alert>
  )
}
