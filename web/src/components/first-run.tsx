'use client'

import { useQueryClient } from '@tanstack/react-query'
import { CheckIcon, XIcon } from 'lucide-react'
import { type ReactNode, useEffect } from 'react'
import { create } from 'zustand'
import { persist } from 'zustand/middleware'
import { Button } from '@/components/ui/button'
import { Card, CardAction, CardContent, CardDescription, CardHeader, CardTitle } from '@/components/ui/card'
import { Progress } from '@/components/ui/progress'
import { api } from '@/lib/api'
import { cn } from '@/lib/cn'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { type Job, pollEvery, useJob } from '@/lib/jobs'
import { Link } from '@/lib/nav'
import type { components } from '@/lib/schema'
import { useCan, useSession } from '@/lib/session'

type Connection = components['schemas']['Connection']
const GUIDES_OWN: unknown[] = ['/api/connections', '/api/jobs', '/api/session']
type StepState = 'done' | 'current' | 'trouble' | 'later'

export interface FirstRunStanding {
  connect: StepState
  sync: StepState
  forecast: StepState
  /** The connection that the first step was done with, or that is in the way. */
  connection: Connection | null
  invoices: number
}

/** Which companies' guide was hidden on this device, by tenant. */
const useHidden = create<{ tenants: string[]; hide: (tenant: string) => void }>()(
  persist(
    (set) => ({
      tenants: [],
      hide: (tenant) =>
        set(({ tenants }) => ({ tenants: [...tenants.filter((each) => each !== tenant), tenant] })),
    }),
    { name: 'paypredict.first-run' },
  ),
)

/** How far a tenant is on the way from nothing to a forecast. */
export function firstRunOf(
  connections: Connection[],
  forecast: Pick<Job, 'state'> | null,
  hasForecast: boolean,
): FirstRunStanding {
  const live = connections.filter(({ status }) => status !== 'disconnected')
  const invoices = live.reduce((sum, { sync }) => sum + (sync?.records.invoice ?? 0), 0)
  const troubled = live.find(({ status }) =>
    ['needs_reconnect', 'needs_attention', 'choose_account'].includes(status),
  )
  const open = live.find(({ status }) => ['ready', 'paused'].includes(status)) ?? troubled ?? live[0] ?? null
  const isConnected =
    live.some(({ status, auth_method }) => status === 'ready' || auth_method === null) || invoices > 0
  const isForecast = hasForecast || forecast?.state === 'done'
  const failed = forecast !== null && ['failed', 'dead'].includes(forecast.state)
  return {
    connect: isConnected ? 'done' : troubled ? 'trouble' : 'current',
    sync: invoices > 0 ? 'done' : isConnected ? (troubled ? 'trouble' : 'current') : 'later',
    forecast: isForecast ? 'done' : failed ? 'trouble' : invoices > 0 ? 'current' : 'later',
    connection: troubled && invoices === 0 ? troubled : open,
    invoices,
  }
}

/**
 * The guide of a new tenant: connect or import, first read, first forecast; each step by what the hub says. Nothing once
 * all is done or somebody hid it. `hasForecast`: the page has predictions to show; undefined while it does not know.
 */
export function FirstRun({ hasForecast }: { hasForecast: boolean | undefined }) {
  const { tenant } = useSession()
  const isHidden = useHidden(({ tenants }) => tenant !== null && tenants.includes(tenant.key))
  const isWanted = hasForecast === false && !isHidden && tenant !== null
  const connections = api.useQuery(
    'get',
    '/api/connections',
    {},
    { enabled: isWanted, refetchInterval: pollEvery(undefined) },
  )
  const forecasts = api.useQuery(
    'get',
    '/api/jobs',
    { params: { query: { kind: 'forecasting.refresh', limit: 1 } } },
    { enabled: isWanted, refetchInterval: pollEvery(undefined) },
  )
  if (!isWanted || !connections.data || !forecasts.data) return null
  const forecast = forecasts.data.items[0] ?? null
  return (
    <Guide
      standing={firstRunOf(connections.data.items, forecast, hasForecast)}
      forecast={forecast}
      tenant={tenant.key}
    />
  )
}

function Guide({
  standing,
  forecast,
  tenant,
}: {
  standing: FirstRunStanding
  forecast: Job | null
  tenant: string
}) {
  const t = useT('firstRun')
  const hide = useHidden((state) => state.hide)
  const queries = useQueryClient()
  const states = [standing.connect, standing.sync, standing.forecast]
  const isForecast = standing.forecast === 'done'
  useEffect(() => {
    // The page around the guide began without a forecast; now there is one.
    if (isForecast)
      void queries.invalidateQueries({ predicate: ({ queryKey }) => !GUIDES_OWN.includes(queryKey[1]) })
  }, [isForecast, queries])
  const done = states.filter((state) => state === 'done').length
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t('title')}</CardTitle>
        <CardDescription>{t('detail')}</CardDescription>
        <CardAction>
          <Button variant="ghost" size="icon" aria-label={t('dismiss')} onClick={() => hide(tenant)}>
            <XIcon aria-hidden className="size-4" />
          </Button>
        </CardAction>
      </CardHeader>
      <CardContent className="flex flex-col gap-4">
        <div className="flex flex-col gap-1">
          <Progress value={(done / states.length) * 100} aria-label={t('title')} />
          <p role="status" className="text-xs text-muted-foreground">
            {t('progress', { done, count: states.length })}
          </p>
        </div>
        <ol className="flex flex-col divide-y">
          <ConnectStep standing={standing} />
          <SyncStep standing={standing} />
          <ForecastStep standing={standing} forecast={forecast} />
        </ol>
      </CardContent>
    </Card>
  )
}

function ConnectStep({ standing: { connect, connection } }: { standing: FirstRunStanding }) {
  const t = useT('firstRun')
  const canConnect = useCan('createConnection')
  const canImport = useCan('importInvoices')
  const detail =
    connect === 'done' && connection
      ? t('connect.done', { name: connection.name })
      : connect === 'trouble' && connection
        ? t('sync.trouble', { name: connection.name })
        : t(canConnect || canImport ? 'connect.detail' : 'connect.ask')
  return (
    <Step number={1} state={connect} title={t('connect.title')} detail={detail}>
      {connect === 'trouble' && connection && <ConnectionLink connection={connection} />}
      {connect === 'current' && canConnect && (
        <Button asChild>
          <Link href="/connections/">{t('connect.go')}</Link>
        </Button>
      )}
      {connect === 'current' && canImport && (
        <Button asChild variant="outline">
          <Link href="/connections/import/">{t('connect.upload')}</Link>
        </Button>
      )}
    </Step>
  )
}

function SyncStep({ standing: { sync, connection, invoices } }: { standing: FirstRunStanding }) {
  const t = useT('firstRun')
  const { percent } = useFormat()
  const { data: job } = useJob(sync === 'current' ? connection?.sync?.newest_run?.work_id : null)
  const detail =
    sync === 'done'
      ? t('sync.done', { count: invoices })
      : sync === 'trouble' && connection
        ? t('sync.trouble', { name: connection.name })
        : sync === 'current' && connection && job
          ? [t('sync.running', { name: connection.name }), percent(job.progress), job.message]
              .filter(Boolean)
              .join(' · ')
          : t('sync.detail')
  return (
    <Step number={2} state={sync} title={t('sync.title')} detail={detail}>
      {(sync === 'current' || sync === 'trouble') && connection && <ConnectionLink connection={connection} />}
    </Step>
  )
}

function ForecastStep({
  standing: { forecast: state },
  forecast,
}: {
  standing: FirstRunStanding
  forecast: Job | null
}) {
  const t = useT('firstRun')
  const { percent } = useFormat()
  const detail =
    state === 'done'
      ? t('forecast.done')
      : state === 'trouble'
        ? t('forecast.failed', { reason: forecast?.error?.message ?? '' })
        : state === 'current' && forecast?.state === 'running'
          ? t('forecast.running', { share: percent(forecast.progress) })
          : t('forecast.detail')
  return (
    <Step number={3} state={state} title={t('forecast.title')} detail={detail}>
      {state === 'done' && (
        <Button asChild variant="outline">
          <Link href="/forecast/">{t('forecast.go')}</Link>
        </Button>
      )}
    </Step>
  )
}

function ConnectionLink({ connection }: { connection: Connection }) {
  const t = useT('firstRun')
  return (
    <Button asChild variant="outline">
      <Link href={`/connections/view/?id=${connection.id}`}>{t('sync.go')}</Link>
    </Button>
  )
}

function Step({
  number,
  state,
  title,
  detail,
  children,
}: {
  number: number
  state: StepState
  title: string
  detail: string
  children?: ReactNode
}) {
  return (
    <li
      aria-current={state === 'current' ? 'step' : undefined}
      className="flex flex-wrap items-center gap-x-3 gap-y-2 py-3 first:pt-0 last:pb-0"
    >
      <span
        aria-hidden
        className={cn(
          'flex size-6 shrink-0 items-center justify-center rounded-full border text-xs font-semibold',
          state === 'done' && 'border-positive text-positive',
          state === 'current' && 'border-primary bg-primary text-primary-foreground',
          state === 'trouble' && 'border-warning text-warning',
          state === 'later' && 'text-muted-foreground',
        )}
      >
        {state === 'done' ? <CheckIcon className="size-3.5" /> : state === 'trouble' ? '!' : number}
      </span>
      <div className="min-w-0 flex-1 basis-56">
        <p className={cn('font-medium', state === 'later' && 'text-muted-foreground')}>{title}</p>
        <p className="wrap-anywhere text-muted-foreground">{detail}</p>
      </div>
      <div className="flex flex-wrap gap-2">{children}</div>
    </li>
  )
}
