'use client'

import { MoreHorizontalIcon } from 'lucide-react'
import { useConfirm } from '@/components/confirm'
import { Facts } from '@/components/definition-list'
import { useProblemText } from '@/components/problem-alert'
import { Status } from '@/components/status'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { Card, CardContent } from '@/components/ui/card'
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu'
import { Ago, useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { useCan } from '@/lib/session'
import { toast } from '@/lib/toast'
import {
  type Channel,
  type ChannelPlugin,
  TONES,
  useChangeChannel,
  useCheckChannel,
  useCreateReceiptsAddress,
  useDeleteChannel,
  useTestChannel,
} from './channels-api'

interface CardProps {
  channel: Channel
  /** Undefined where it is not installed any more. */
  plugin: ChannelPlugin | undefined
  onEdit: () => void
  /** The address for delivery events was made; it is shown this once. */
  onAddress: (url: string) => void
}

/** One channel: what it is, how it fares, and what can be done with it. */
export function ChannelCard(props: CardProps) {
  const { channel, plugin } = props
  const t = useT('channels')
  const canChange = useCan('updateChannel')
  return (
    <Card>
      <CardContent className="flex items-start gap-3">
        <div className="min-w-0 flex-1">
          <h3 className="flex flex-wrap items-center gap-2 font-semibold wrap-anywhere">
            {channel.name}
            {channel.is_default && <Badge>{t('default')}</Badge>}
          </h3>
          <p className="text-xs text-muted-foreground">
            {plugin?.name ?? t('notInstalled', { plugin: channel.plugin })}
          </p>
        </div>
        <Status tone={TONES[channel.status]}>{t(`states.${channel.status}`)}</Status>
        {canChange && <Actions {...props} />}
      </CardContent>
      <CardContent className="flex flex-col gap-3">
        {channel.reason && (
          <p className={channel.status === 'failing' ? 'text-negative' : 'text-muted-foreground'}>
            {channel.reason}
          </p>
        )}
        <Facts items={useFacts(channel)} />
      </CardContent>
    </Card>
  )
}

function useFacts(channel: Channel) {
  const t = useT('channels')
  const format = useFormat()
  const { sender, sender_name: name, per_minute: perMinute, per_day: perDay } = channel
  const limits = [
    perMinute && t('facts.perMinute', { count: perMinute }),
    perDay && t('facts.perDay', { count: perDay }),
  ].filter(Boolean)
  const told = channel.receipts_address_since
  const canBeTold = channel.capabilities.includes('receipts')
  return [
    ...(sender ? [{ label: t('facts.sender'), value: name ? `${name} <${sender}>` : sender }] : []),
    ...(channel.reply_to ? [{ label: t('facts.replyTo'), value: channel.reply_to }] : []),
    { label: t('facts.limits'), value: limits.join(' · ') || t('facts.noLimits') },
    {
      label: t('facts.checked'),
      value: channel.checked_at ? <Ago at={channel.checked_at} /> : t('facts.never'),
    },
    ...(channel.purpose === 'debtors'
      ? [
          {
            label: t('facts.receipts'),
            value: told
              ? t('facts.since', { at: format.instant(told) })
              : t(canBeTold ? 'facts.receiptsNo' : 'facts.receiptsByMail'),
          },
        ]
      : []),
  ]
}

function Actions({ channel, onEdit, onAddress }: CardProps) {
  const t = useT('channels')
  const confirm = useConfirm()
  const say = useProblemText()
  const change = useChangeChannel()
  const remove = useDeleteChannel()
  const check = useCheckChannel()
  const test = useTestChannel()
  const address = useCreateReceiptsAddress()
  const { name } = channel
  const path = { channel_id: channel.id }
  const onError = (error: unknown) => void toast.error(say(error).title, { description: say(error).detail })
  const done = (words: string) => ({ onSuccess: () => void toast.success(words), onError })

  const set = (body: { is_default?: boolean; is_disabled?: boolean }, words: string) => {
    const params = { path, header: { 'If-Match': `"${channel.version}"` } }
    change.mutate({ params, body }, done(words))
  }
  const disable = async () => {
    const question = { title: t('disableTitle', { name }), detail: t('disableDetail'), action: t('disable') }
    if (await confirm(question)) set({ is_disabled: true }, t('disabled', { name }))
  }
  const end = async () => {
    const question = { title: t('deleteTitle', { name }), detail: t('deleteDetail'), action: t('delete') }
    if (!(await confirm({ ...question, tone: 'destructive' }))) return
    remove.mutate({ params: { path } }, done(t('deleted', { name })))
  }
  const makeAddress = async () => {
    const question = {
      title: t('receiptsAgainTitle', { name }),
      detail: t('receiptsAgainDetail'),
      action: t('receiptsAgain'),
    }
    if (channel.receipts_address_since && !(await confirm(question))) return
    address.mutate({ params: { path } }, { onSuccess: ({ url }) => onAddress(url), onError })
  }
  const tryIt = () =>
    test.mutate(
      { params: { path } },
      {
        onError,
        onSuccess: ({ is_accepted: isAccepted, sent_to: to, detail }) => {
          if (!isAccepted) return void toast.error(t('testFailed'), { description: detail })
          return void toast.success(t('testSent'), {
            description: to ? t('testTo', { to, detail }) : detail,
          })
        },
      },
    )
  const look = () =>
    check.mutate(
      { params: { path } },
      {
        onError,
        onSuccess: ({ status, reason }) => {
          const options = { description: reason ?? undefined }
          if (status === 'ready') toast.success(t('checkedReady', { name }), options)
          else toast.error(t('checkedFailing', { name }), options)
        },
      },
    )
  const isEnabled = channel.status !== 'disabled'
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="ghost" size="icon" className="-mt-1.5" aria-label={t('actionsFor', { name })}>
          <MoreHorizontalIcon className="size-4" aria-hidden />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        {isEnabled && (
          <>
            <DropdownMenuItem onSelect={tryIt} disabled={test.isPending}>
              {t('test')}
            </DropdownMenuItem>
            <DropdownMenuItem onSelect={look} disabled={check.isPending}>
              {t('check')}
            </DropdownMenuItem>
          </>
        )}
        <DropdownMenuItem onSelect={onEdit}>{t('edit')}</DropdownMenuItem>
        {channel.capabilities.includes('receipts') && (
          <DropdownMenuItem onSelect={() => void makeAddress()}>{t('receipts')}</DropdownMenuItem>
        )}
        {isEnabled && !channel.is_default && (
          <DropdownMenuItem onSelect={() => set({ is_default: true }, t('madeDefault', { name }))}>
            {t('makeDefault')}
          </DropdownMenuItem>
        )}
        <DropdownMenuSeparator />
        {isEnabled ? (
          <DropdownMenuItem onSelect={() => void disable()}>{t('disable')}</DropdownMenuItem>
        ) : (
          <DropdownMenuItem onSelect={() => set({ is_disabled: false }, t('enabled', { name }))}>
            {t('enable')}
          </DropdownMenuItem>
        )}
        <DropdownMenuItem variant="destructive" onSelect={() => void end()}>
          {t('delete')}
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  )
}
