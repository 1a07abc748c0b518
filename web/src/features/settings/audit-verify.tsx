'use client'

import { useEffect, useState } from 'react'
import { ProblemAlert } from '@/components/problem-alert'
import { Alert, AlertDescription, AlertTitle } from '@/components/ui/alert'
import { Button } from '@/components/ui/button'
import { Progress } from '@/components/ui/progress'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { useVerification } from './audit-api'

/** Verifies the chain from its first event to its newest, and says what came of it. */
export function Verify({ onClose }: { onClose: () => void }) {
  const t = useT('settings.audit')
  const common = useT('common')
  const format = useFormat()
  const [done, setDone] = useState({ through: 0, of: 0 })
  const { mutate, data, error, isPending } = useVerification((through, of) => setDone({ through, of }))
  useEffect(() => mutate(), [mutate])

  if (error) return <ProblemAlert error={error} onRetry={() => mutate()} />
  if (isPending || !data)
    return (
      <Alert>
        <AlertTitle>
          {t('verifying', { done: format.number(done.through), all: format.number(done.of) })}
        </AlertTitle>
        <Progress value={done.of ? (done.through / done.of) * 100 : 0} aria-label={t('verify')} />
      </Alert>
    )
  return (
    <Alert variant={data.is_intact ? 'default' : 'destructive'}>
      <AlertTitle>
        {data.is_intact
          ? t('intact', { count: data.head_number, all: format.number(data.head_number) })
          : t('broken', { number: data.fault?.number ?? 0 })}
      </AlertTitle>
      <AlertDescription>
        {data.is_intact ? (
          <>
            {t('intactDetail')} <code className="font-mono text-xs wrap-anywhere">{data.head_hash}</code>
          </>
        ) : (
          t('brokenDetail', { reason: data.fault?.reason ?? '' })
        )}
      </AlertDescription>
      <div>
        <Button variant="outline" size="sm" onClick={onClose}>
          {common('actions.close')}
        </Button>
      </div>
    </Alert>
  )
}
