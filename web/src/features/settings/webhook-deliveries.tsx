'use client'

import { ArrowLeftIcon, ChevronDownIcon } from 'lucide-react'
import { Fragment, useId, useState } from 'react'
import { Empty } from '@/components/empty'
import { useProblemText } from '@/components/problem-alert'
import { Region } from '@/components/region'
import { Status, type Tone } from '@/components/status'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import {
  Dialog,
  DialogContent,
  DialogDescription,
  DialogFooter,
  DialogHeader,
  DialogTitle,
} from '@/components/ui/dialog'
import { Field } from '@/components/ui/field'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { Skeleton } from '@/components/ui/skeleton'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '@/components/ui/table'
import { cn } from '@/lib/cn'
import { Ago, NONE, useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { useCan } from '@/lib/session'
import { toast } from '@/lib/toast'
import {
  type Delivery,
  type DeliveryStatus,
  type Endpoint,
  eventKey,
  hostOf,
  type Period,
  PERIODS,
  periodUntil,
  useDeliveries,
  useReplayDelivery,
  useReplayPeriod,
} from './webhooks-api'

const STATUSES = ['pending', 'delivered', 'failed'] as const satisfies DeliveryStatus[]
const TONES: Record<DeliveryStatus, Tone> = { pending: 'neutral', delivered: 'positive', failed: 'negative' }
const AT_ONCE = 50
const MOST = 200

/** What one endpoint was told and is to be told, newest first. */
export default function Deliveries({ endpoint, onClose }: { endpoint: Endpoint; onClose: () => void }) {
  const t = useT('webhooks.deliveries')
  const w = useT('webhooks')
  const canReplay = useCan('replayWebhookDelivery') && endpoint.status === 'enabled'
  const [status, setStatus] = useState<DeliveryStatus | null>(null)
  const [limit, setLimit] = useState(AT_ONCE)
  const [isAsking, setAsking] = useState(false)
  const query = useDeliveries(endpoint.id, { limit, ...(status ? { status } : {}) })
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <Button variant="ghost" size="sm" onClick={onClose}>
          <ArrowLeftIcon className="size-4" aria-hidden />
          {t('close')}
        </Button>
        <h2 className="min-w-0 text-base font-semibold wrap-anywhere">
          {t('title', { host: hostOf(endpoint) })}
        </h2>
        <div className="ml-auto flex flex-wrap items-center gap-2">
          <Select
            value={status ?? 'all'}
            onValueChange={(value) => setStatus(STATUSES.find((each) => each === value) ?? null)}
          >
            <SelectTrigger className="w-auto" aria-label={t('filter')}>
              <SelectValue />
            </SelectTrigger>
            <SelectContent>
              <SelectItem value="all">{t('all')}</SelectItem>
              {STATUSES.map((each) => (
                <SelectItem key={each} value={each}>
                  {t(`statuses.${each}`)}
                </SelectItem>
              ))}
            </SelectContent>
          </Select>
          {canReplay && (
            <Button variant="outline" size="sm" onClick={() => setAsking(true)}>
              {t('replayPeriod')}
            </Button>
          )}
        </div>
      </div>
      <div className="overflow-hidden rounded-lg border bg-card">
        <Region
          query={query}
          skeleton={<Skeleton className="m-4 h-40" />}
          isEmpty={({ items }) => items.length === 0}
          empty={<Empty title={status ? t('noneSuch') : t('none')} />}
        >
          {({ items }) => (
            <Table label={t('title', { host: hostOf(endpoint) })}>
              <TableHeader>
                <TableRow>
                  <TableHead>{t('event')}</TableHead>
                  <TableHead>{t('at')}</TableHead>
                  <TableHead>{t('status')}</TableHead>
                  <TableHead>{t('answer')}</TableHead>
                  <TableHead className="text-right">{t('tries')}</TableHead>
                  <TableHead>
                    <span className="sr-only">{w('actions')}</span>
                  </TableHead>
                </TableRow>
              </TableHeader>
              <TableBody>
                {items.map((each) => (
                  <DeliveryRows key={each.id} endpoint={endpoint} delivery={each} canReplay={canReplay} />
                ))}
              </TableBody>
            </Table>
          )}
        </Region>
      </div>
      {query.data?.next_cursor && limit < MOST && (
        <Button variant="outline" className="self-center" onClick={() => setLimit(MOST)}>
          {t('more')}
        </Button>
      )}
      {isAsking && <ReplayDialog endpoint={endpoint} onClose={() => setAsking(false)} />}
    </div>
  )
}

interface RowsProps {
  endpoint: Endpoint
  delivery: Delivery
  canReplay: boolean
}

function DeliveryRows({ endpoint, delivery, canReplay }: RowsProps) {
  const t = useT('webhooks.deliveries')
  const w = useT('webhooks')
  const say = useProblemText()
  const format = useFormat()
  const replay = useReplayDelivery()
  const [isOpen, setOpen] = useState(false)
  const id = useId()
  const last = delivery.tries.at(-1)
  const event = w(`event.${eventKey(delivery.type)}`)
  const again = () =>
    replay.mutate(
      { params: { path: { endpoint_id: endpoint.id, delivery_id: delivery.id } } },
      {
        onSuccess: () => toast.success(t('replayed')),
        onError: (error) => toast.error(say(error).title, { description: say(error).detail }),
      },
    )
  return (
    <Fragment>
      <TableRow>
        <TableHead scope="row" className="text-sm font-normal whitespace-nowrap text-foreground">
          <button
            type="button"
            aria-expanded={isOpen}
            aria-controls={id}
            aria-label={t('details', { event })}
            className="inline-flex items-center gap-1.5 rounded-sm"
            onClick={() => setOpen(!isOpen)}
          >
            <ChevronDownIcon
              className={cn('size-4 transition-transform', !isOpen && '-rotate-90')}
              aria-hidden
            />
            {event}
            {delivery.is_replay && <Badge variant="outline">{t('isReplay')}</Badge>}
          </button>
        </TableHead>
        <TableCell className="whitespace-nowrap">
          <Ago at={delivery.at} />
        </TableCell>
        <TableCell className="whitespace-nowrap">
          <Status tone={TONES[delivery.status]}>{t(`statuses.${delivery.status}`)}</Status>
          {delivery.next_at && delivery.tries.length > 0 && (
            <span className="block text-xs text-muted-foreground">
              {t('nextAt')} <Ago at={delivery.next_at} />
            </span>
          )}
        </TableCell>
        <TableCell className="max-w-80 truncate" title={last?.error ?? undefined}>
          {last ? (last.error ?? last.code) : NONE}
        </TableCell>
        <TableCell className="text-right">{format.number(delivery.tries.length)}</TableCell>
        <TableCell className="text-right">
          {canReplay && delivery.status !== 'pending' && (
            <Button variant="ghost" size="sm" onClick={again} disabled={replay.isPending}>
              {t('replay')}
            </Button>
          )}
        </TableCell>
      </TableRow>
      <TableRow id={id} hidden={!isOpen}>
        <TableCell colSpan={6} className="bg-muted/40 whitespace-normal">
          {isOpen && <Details delivery={delivery} />}
        </TableCell>
      </TableRow>
    </Fragment>
  )
}

function Details({ delivery }: { delivery: Delivery }) {
  const t = useT('webhooks.deliveries')
  const format = useFormat()
  const told = { type: delivery.type, timestamp: delivery.at, data: delivery.data }
  return (
    <div className="flex flex-col gap-3 py-2">
      <div>
        <h3 className="text-xs text-muted-foreground">{t('message')}</h3>
        <pre className="overflow-x-auto font-mono text-xs">{JSON.stringify(told, null, 2)}</pre>
      </div>
      {delivery.tries.length > 0 && (
        <ul className="flex flex-col gap-0.5">
          {delivery.tries.map(({ at, code, error, milliseconds }) => (
            <li key={at}>
              {t('try', {
                at: format.instant(at),
                outcome: error ?? String(code ?? t('noCode')),
                milliseconds,
              })}
            </li>
          ))}
        </ul>
      )}
      {delivery.excerpt && (
        <div>
          <h3 className="text-xs text-muted-foreground">{t('excerpt')}</h3>
          <pre className="max-h-40 overflow-auto font-mono text-xs whitespace-pre-wrap">
            {delivery.excerpt}
          </pre>
        </div>
      )}
    </div>
  )
}

function ReplayDialog({ endpoint, onClose }: { endpoint: Endpoint; onClose: () => void }) {
  const t = useT('webhooks.deliveries')
  const c = useT('common')
  const say = useProblemText()
  const replay = useReplayPeriod()
  const [period, setPeriod] = useState<Period>('day')
  const submit = () =>
    replay.mutate(
      { params: { path: { endpoint_id: endpoint.id } }, body: periodUntil(Date.now(), period) },
      {
        onSuccess: ({ deliveries }) => {
          toast.success(t('replayedMany', { count: deliveries }))
          onClose()
        },
        onError: (error) => toast.error(say(error).title, { description: say(error).detail }),
      },
    )
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>{t('replayTitle')}</DialogTitle>
          <DialogDescription>{t('replayDetail')}</DialogDescription>
        </DialogHeader>
        <Select value={period} onValueChange={(value) => setPeriod(value as Period)}>
          <Field label={t('period')}>
            <SelectTrigger>
              <SelectValue />
            </SelectTrigger>
          </Field>
          <SelectContent>
            {(Object.keys(PERIODS) as Period[]).map((each) => (
              <SelectItem key={each} value={each}>
                {t(`periods.${each}`)}
              </SelectItem>
            ))}
          </SelectContent>
        </Select>
        <DialogFooter>
          <Button variant="outline" onClick={onClose}>
            {c('actions.cancel')}
          </Button>
          <Button onClick={submit} disabled={replay.isPending}>
            {t('replay')}
          </Button>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  )
}
