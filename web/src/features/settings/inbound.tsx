'use client'

import { PlusIcon } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { useConfirm } from '@/components/confirm'
import { Empty } from '@/components/empty'
import { Page } from '@/components/page'
import { useProblemText } from '@/components/problem-alert'
import { Region } from '@/components/region'
import { Button } from '@/components/ui/button'
import { Skeleton } from '@/components/ui/skeleton'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '@/components/ui/table'
import { Ago, useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { useCan } from '@/lib/session'
import { toast } from '@/lib/toast'
import { type InboundAddress, type IssuedAddress, useDeleteInbound, useInbound } from './inbound-api'
import { type Secret, SecretDialog } from './secret-dialog'

// The form comes when it is asked for.
const InboundDialog = lazy(() => import('./inbound-dialog'))

/** What can come of a mail, the usual first. */
const OUTCOMES = [
  'opened',
  'commented',
  'report',
  'automatic',
  'repeated',
  'spam',
  'loop',
  'empty',
  'unreadable',
] as const

/** Where customers' mails are posted, to become disputes and comments. */
export function Inbound() {
  const t = useT('settings.inbound')
  const query = useInbound()
  const canCreate = useCan('createInboundAddress')
  const [isCreating, setCreating] = useState(false)
  const [secret, setSecret] = useState<Secret | null>(null)
  const channels = query.data?.channels ?? []
  const show = (address: IssuedAddress) => {
    setCreating(false)
    setSecret({
      title: t('secretTitle', { name: address.name }),
      detail: t('secretDetail'),
      label: t('secretLabel'),
      value: address.url,
    })
  }
  const add = canCreate && (
    <Button onClick={() => setCreating(true)} disabled={channels.length === 0}>
      <PlusIcon className="size-4" aria-hidden />
      {t('create')}
    </Button>
  )
  return (
    <Page title={t('title')} subtitle={t('subtitle')} actions={add}>
      <div className="overflow-hidden rounded-lg border bg-card">
        <Region
          query={query}
          skeleton={<Skeleton className="m-4 h-24" />}
          isEmpty={({ items }) => items.length === 0}
          empty={<Empty title={t('none')} detail={t('noneDetail')} />}
        >
          {({ items }) => (
            <Table label={t('title')}>
              <TableHeader>
                <TableRow>
                  <TableHead>{t('name')}</TableHead>
                  <TableHead>{t('channel')}</TableHead>
                  <TableHead>{t('received')}</TableHead>
                  <TableHead className="text-right">{t('waiting')}</TableHead>
                  <TableHead>{t('outcomes')}</TableHead>
                  <TableHead>
                    <span className="sr-only">{t('actions')}</span>
                  </TableHead>
                </TableRow>
              </TableHeader>
              <TableBody>
                {items.map((address) => (
                  <AddressRow
                    key={address.id}
                    address={address}
                    channel={channels.find(({ slug }) => slug === address.channel)?.name ?? address.channel}
                  />
                ))}
              </TableBody>
            </Table>
          )}
        </Region>
      </div>
      <Suspense>
        {isCreating && (
          <InboundDialog channels={channels} onClose={() => setCreating(false)} onIssued={show} />
        )}
      </Suspense>
      <SecretDialog secret={secret} onClose={() => setSecret(null)} />
    </Page>
  )
}

function AddressRow({ address, channel }: { address: InboundAddress; channel: string }) {
  const t = useT('settings.inbound')
  const format = useFormat()
  const confirm = useConfirm()
  const say = useProblemText()
  const canDelete = useCan('deleteInboundAddress')
  const remove = useDeleteInbound()
  const outcomes = OUTCOMES.filter((each) => (address.outcomes[each] ?? 0) > 0)
  const end = async () => {
    const question = {
      title: t('deleteTitle', { name: address.name }),
      detail: t('deleteDetail'),
      action: t('delete'),
    }
    if (!(await confirm({ ...question, tone: 'destructive' }))) return
    remove.mutate(
      { params: { path: { address_id: address.id } } },
      {
        onSuccess: () => toast.success(t('deleted', { name: address.name })),
        onError: (error) => toast.error(say(error).title, { description: say(error).detail }),
      },
    )
  }
  return (
    <TableRow>
      <TableHead scope="row">{address.name}</TableHead>
      <TableCell className="whitespace-nowrap">{channel}</TableCell>
      <TableCell className="whitespace-nowrap">
        {address.received_at ? <Ago at={address.received_at} /> : t('never')}
      </TableCell>
      <TableCell className="text-right">{format.number(address.waiting)}</TableCell>
      <TableCell>
        {outcomes.length === 0
          ? '–'
          : outcomes.map((each) => t(`outcome.${each}`, { count: address.outcomes[each] ?? 0 })).join(' · ')}
      </TableCell>
      <TableCell className="text-right">
        {canDelete && (
          <Button
            variant="ghost"
            size="sm"
            aria-label={t('deleteLabel', { name: address.name })}
            onClick={() => void end()}
          >
            {t('delete')}
          </Button>
        )}
      </TableCell>
    </TableRow>
  )
}
