'use client'

import { useId, useState } from 'react'
import { toast } from '@/lib/toast'
import { Alert, AlertDescription, AlertTitle } from '@/components/ui/alert'
import { Button } from '@/components/ui/button'
import { Card, CardContent, CardDescription, CardFooter, CardHeader, CardTitle } from '@/components/ui/card'
import { Label } from '@/components/ui/label'
import { Progress } from '@/components/ui/progress'
import { RadioGroup, RadioGroupItem } from '@/components/ui/radio-group'
import { api } from '@/lib/api'
import { useT } from '@/lib/i18n'
import { useJob } from '@/lib/jobs'
import { Link } from '@/lib/nav'
import { asProblem } from '@/lib/problem'
import { useCan } from '@/lib/session'
import { type Connection, useRefresh } from './api'

/** How a consent ended that did not open anything. */
export function Outcome({ outcome }: { outcome: 'denied' | 'refused' | 'failed' }) {
  const t = useT('connections')
  return (
    <Alert variant="warning">
      <AlertTitle>{t(`outcome.${outcome}.title`)}</AlertTitle>
      <AlertDescription className="flex flex-col items-start gap-2">
        {t(`outcome.${outcome}.detail`)}
        <Button asChild variant="outline" size="sm">
          <Link href="/connections/">{t('outcome.back')}</Link>
        </Button>
      </AlertDescription>
    </Alert>
  )
}

/** A connection being tried, after a consent or what was entered. */
export function Trial({ jobId, provider, onOver }: { jobId: string; provider: string; onOver: () => void }) {
  const t = useT('connections')
  const { data: job } = useJob(jobId, onOver)
  if (!job || job.state === 'done') return null
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t('trial.title', { provider })}</CardTitle>
        <CardDescription role="status">
          {job.error ? job.error.message : job.message || t('trial.begins')}
        </CardDescription>
      </CardHeader>
      <CardContent>
        <Progress
          value={job.state === 'running' ? Math.round(job.progress * 100) : null}
          aria-label={t('trial.title', { provider })}
        />
      </CardContent>
    </Card>
  )
}

/** Why a connection is not read, in its own words, and what mends it. */
export function Trouble({
  connection,
  provider,
  onReconnect,
}: {
  connection: Connection
  provider: string
  onReconnect: () => void
}) {
  const t = useT('connections')
  const canReconnect = useCan('reconnectConnection') && connection.auth_method !== null
  const { status, reason } = connection
  if (status === 'ready' || status === 'choose_account' || (status === 'pending' && !reason)) return null
  const isWarning = ['needs_reconnect', 'needs_attention', 'pending'].includes(status)
  return (
    <Alert variant={isWarning ? 'warning' : 'default'}>
      <AlertTitle>{t(`trouble.${status}`, { name: connection.name, provider })}</AlertTitle>
      <AlertDescription className="flex flex-col items-start gap-2">
        {reason ??
          t(
            `troubleDetail.${status === 'disconnected' ? 'disconnected' : status === 'paused' ? 'paused' : 'other'}`,
          )}
        {canReconnect && status !== 'paused' && (
          <Button size="sm" variant={isWarning ? 'default' : 'outline'} onClick={onReconnect}>
            {t('actions.reconnect')}
          </Button>
        )}
        {!canReconnect && isWarning && <span>{t('troubleDetail.ask')}</span>}
      </AlertDescription>
    </Alert>
  )
}

/** Which company it is to be, where the consent opens several. */
export function ChooseAccount({ connection }: { connection: Connection }) {
  const t = useT('connections')
  const id = useId()
  const refresh = useRefresh()
  const canChoose = useCan('chooseAccount')
  const [chosen, setChosen] = useState('')
  const { mutate, isPending } = api.useMutation('post', '/api/connections/{connection_id}/account', {
    onSuccess: () => void refresh(),
    onError: (error) => toast.error(asProblem(error).message),
  })
  return (
    <Card className="border-warning">
      <CardHeader>
        <CardTitle>{t('choose.title')}</CardTitle>
        <CardDescription>{t(canChoose ? 'choose.detail' : 'choose.ask')}</CardDescription>
      </CardHeader>
      <CardContent>
        <RadioGroup
          value={chosen}
          onValueChange={setChosen}
          disabled={!canChoose}
          aria-label={t('choose.title')}
        >
          {connection.choices.map((account) => (
            <div key={account.id} className="flex items-start gap-2">
              <RadioGroupItem value={account.id} id={`${id}-${account.id}`} className="mt-0.5" />
              <Label htmlFor={`${id}-${account.id}`} className="flex-col items-start gap-0 font-normal">
                <span className="font-medium">{account.name}</span>
                <span className="text-xs text-muted-foreground">
                  {[account.id, account.home_currency, account.time_zone].filter(Boolean).join(' · ')}
                </span>
              </Label>
            </div>
          ))}
        </RadioGroup>
      </CardContent>
      {canChoose && (
        <CardFooter>
          <Button
            disabled={!chosen || isPending}
            onClick={() =>
              mutate({ params: { path: { connection_id: connection.id } }, body: { account_id: chosen } })
            }
          >
            {t('choose.confirm')}
          </Button>
        </CardFooter>
      )}
    </Card>
  )
}
