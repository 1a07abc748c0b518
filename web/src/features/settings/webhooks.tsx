'use client'

import { MoreHorizontalIcon, PlusIcon } from 'lucide-react'
import { parseAsString, useQueryState } from 'nuqs'
import { lazy, Suspense, useState } from 'react'
import { useConfirm } from '@/components/confirm'
import { Empty } from '@/components/empty'
import { Page } from '@/components/page'
import { useProblemText } from '@/components/problem-alert'
import { Region } from '@/components/region'
import { Status, type Tone } from '@/components/status'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu'
import { Skeleton } from '@/components/ui/skeleton'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '@/components/ui/table'
import { Ago, useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { useCan } from '@/lib/session'
import { toast } from '@/lib/toast'
import { type Secret, SecretDialog } from './secret-dialog'
import {
  type Endpoint,
  type EndpointState,
  type EventName,
  eventKey,
  hostOf,
  type IssuedEndpoint,
  stateOf,
  useChangeEndpoint,
  useDeleteEndpoint,
  useEnableEndpoint,
  useEndpoints,
  useRotateSecret,
  useTestEndpoint,
} from './webhooks-api'

// The form and the log come when they are asked for.
const WebhookDialog = lazy(() => import('./webhook-dialog'))
const Deliveries = lazy(() => import('./webhook-deliveries'))

const TONES: Record<EndpointState, Tone> = { enabled: 'positive', failing: 'warning', disabled: 'negative' }
const NO_EVENTS: EventName[] = []

/** The tenant's own systems that are told what happens, and what each was told. */
export function Webhooks() {
  const t = useT('webhooks')
  const query = useEndpoints()
  const canCreate = useCan('createWebhookEndpoint')
  const [shown, setShown] = useQueryState('endpoint', parseAsString)
  const [edited, setEdited] = useState<Endpoint | 'new' | null>(null)
  const [secret, setSecret] = useState<Secret | null>(null)
  const endpoint = query.data?.items.find(({ id }) => id === shown)
  const show = (issued: IssuedEndpoint) => {
    setEdited(null)
    setSecret({
      title: t('secretTitle', { host: hostOf(issued) }),
      detail: t('secretDetail'),
      label: t('secretLabel'),
      value: issued.secret,
    })
  }
  const add = canCreate && (
    <Button onClick={() => setEdited('new')}>
      <PlusIcon className="size-4" aria-hidden />
      {t('create')}
    </Button>
  )
  return (
    <Page title={t('title')} subtitle={t('subtitle')} actions={add}>
      {endpoint ? (
        <Suspense fallback={<Skeleton className="h-64" />}>
          <Deliveries key={endpoint.id} endpoint={endpoint} onClose={() => void setShown(null)} />
        </Suspense>
      ) : (
        <div className="overflow-hidden rounded-lg border bg-card">
          <Region
            query={query}
            skeleton={<Skeleton className="m-4 h-24" />}
            isEmpty={({ items }) => items.length === 0}
            empty={<Empty title={t('none')} detail={t('noneDetail')} action={add} />}
          >
            {({ items }) => (
              <Table label={t('title')}>
                <TableHeader>
                  <TableRow>
                    <TableHead>{t('url')}</TableHead>
                    <TableHead>{t('events')}</TableHead>
                    <TableHead>{t('state')}</TableHead>
                    <TableHead>
                      <span className="sr-only">{t('actions')}</span>
                    </TableHead>
                  </TableRow>
                </TableHeader>
                <TableBody>
                  {items.map((each) => (
                    <EndpointRow
                      key={each.id}
                      endpoint={each}
                      onShow={() => void setShown(each.id)}
                      onEdit={() => setEdited(each)}
                      onIssued={show}
                    />
                  ))}
                </TableBody>
              </Table>
            )}
          </Region>
        </div>
      )}
      <Suspense>
        {edited && (
          <WebhookDialog
            events={query.data?.events ?? NO_EVENTS}
            endpoint={edited === 'new' ? undefined : edited}
            onClose={() => setEdited(null)}
            onIssued={show}
            onSaved={(saved) => {
              setEdited(null)
              toast.success(t('saved', { host: hostOf(saved) }))
            }}
          />
        )}
      </Suspense>
      <SecretDialog secret={secret} onClose={() => setSecret(null)} />
    </Page>
  )
}

interface RowProps {
  endpoint: Endpoint
  onShow: () => void
  onEdit: () => void
  onIssued: (endpoint: IssuedEndpoint) => void
}

function EndpointRow(props: RowProps) {
  const { endpoint, onShow } = props
  const t = useT('webhooks')
  const format = useFormat()
  const state = stateOf(endpoint)
  const [now] = useState(Date.now)
  return (
    <TableRow>
      <TableHead scope="row" className="h-auto max-w-96 py-2 align-top text-sm font-normal">
        <button
          type="button"
          className="rounded-sm text-left font-medium wrap-anywhere text-primary underline-offset-4 hover:underline"
          onClick={onShow}
        >
          {endpoint.url}
        </button>
        {endpoint.description && <span className="block text-muted-foreground">{endpoint.description}</span>}
        {endpoint.previous_until && Date.parse(endpoint.previous_until) > now && (
          <span className="block text-xs text-muted-foreground">
            {t('bothUntil', { at: format.instant(endpoint.previous_until) })}
          </span>
        )}
      </TableHead>
      <TableCell className="align-top">
        <Events events={endpoint.events} />
      </TableCell>
      <TableCell className="max-w-80 align-top whitespace-normal">
        <Status tone={TONES[state]}>{t(`states.${state}`)}</Status>
        {endpoint.reason && <span className="block text-muted-foreground">{endpoint.reason}</span>}
        {state === 'failing' && endpoint.failing_since && (
          <span className="block text-muted-foreground">
            {t('failingSince', { count: endpoint.failures })} <Ago at={endpoint.failing_since} />
          </span>
        )}
      </TableCell>
      <TableCell className="text-right align-top">
        <Actions {...props} />
      </TableCell>
    </TableRow>
  )
}

function Events({ events }: { events: string[] }) {
  const t = useT('webhooks')
  if (events.length === 0) return t('allEvents')
  const words = events.map((event) => t(`event.${eventKey(event)}`))
  return (
    <span className="flex flex-wrap gap-1" title={words.join(', ')}>
      {words.slice(0, 2).map((each) => (
        <Badge key={each}>{each}</Badge>
      ))}
      {words.length > 2 && <Badge variant="outline">{t('moreEvents', { count: words.length - 2 })}</Badge>}
    </span>
  )
}

function Actions({ endpoint, onShow, onEdit, onIssued }: RowProps) {
  const t = useT('webhooks')
  const confirm = useConfirm()
  const say = useProblemText()
  const canChange = useCan('updateWebhookEndpoint')
  const change = useChangeEndpoint()
  const enable = useEnableEndpoint()
  const remove = useDeleteEndpoint()
  const rotate = useRotateSecret()
  const test = useTestEndpoint()
  const host = hostOf(endpoint)
  const path = { endpoint_id: endpoint.id }
  const onError = (error: unknown) => void toast.error(say(error).title, { description: say(error).detail })
  const done = (words: string) => ({ onSuccess: () => void toast.success(words), onError })

  const rotateSecret = async () => {
    const question = { title: t('rotateTitle', { host }), detail: t('rotateDetail'), action: t('rotate') }
    if (await confirm(question)) rotate.mutate({ params: { path } }, { onSuccess: onIssued, onError })
  }
  const disable = async () => {
    const question = { title: t('disableTitle', { host }), detail: t('disableDetail'), action: t('disable') }
    if (!(await confirm(question))) return
    const params = { path, header: { 'If-Match': `"${endpoint.version}"` } }
    change.mutate({ params, body: { status: 'disabled' } }, done(t('disabled', { host })))
  }
  const end = async () => {
    const question = { title: t('deleteTitle', { host }), detail: t('deleteDetail'), action: t('delete') }
    if (!(await confirm({ ...question, tone: 'destructive' }))) return
    remove.mutate({ params: { path } }, done(t('deleted', { host })))
  }
  const tryIt = () =>
    test.mutate(
      { params: { path } },
      {
        onError,
        onSuccess: ({ status, tries: [tried] }) => {
          if (status !== 'delivered' || !tried) {
            toast.error(t('testFailed', { host }), { description: tried?.error })
          } else {
            const { code, milliseconds } = tried
            toast.success(t('testTaken', { host, code: code ?? '', milliseconds }))
          }
        },
      },
    )

  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="ghost" size="icon" aria-label={t('actionsFor', { host })}>
          <MoreHorizontalIcon className="size-4" aria-hidden />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        <DropdownMenuItem onSelect={onShow}>{t('deliveries.show')}</DropdownMenuItem>
        {canChange && (
          <>
            <DropdownMenuItem onSelect={tryIt} disabled={test.isPending}>
              {t('test')}
            </DropdownMenuItem>
            <DropdownMenuItem onSelect={onEdit}>{t('edit')}</DropdownMenuItem>
            <DropdownMenuItem onSelect={() => void rotateSecret()}>{t('rotate')}</DropdownMenuItem>
            {endpoint.status === 'enabled' ? (
              <DropdownMenuItem onSelect={() => void disable()}>{t('disable')}</DropdownMenuItem>
            ) : (
              <DropdownMenuItem
                onSelect={() => enable.mutate({ params: { path } }, done(t('enabled', { host })))}
              >
                {t('enable')}
              </DropdownMenuItem>
            )}
            <DropdownMenuSeparator />
            <DropdownMenuItem variant="destructive" onSelect={() => void end()}>
              {t('delete')}
            </DropdownMenuItem>
          </>
        )}
      </DropdownMenuContent>
    </DropdownMenu>
  )
}
