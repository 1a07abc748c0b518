'use client'

import { MoreHorizontalIcon, RefreshCwIcon, UploadIcon } from 'lucide-react'
import { toast } from '@/lib/toast'
import { useConfirm } from '@/components/confirm'
import { Button } from '@/components/ui/button'
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu'
import { client } from '@/lib/api'
import { useActions } from '@/lib/hotkeys'
import { useT } from '@/lib/i18n'
import { trackJob } from '@/lib/jobs'
import { Link } from '@/lib/nav'
import { asProblem } from '@/lib/problem'
import { useCan } from '@/lib/session'
import { type Connection, type Connector, useRefresh } from './api'

const RESTING: Connection['status'][] = ['pending', 'choose_account', 'paused', 'disconnected']

interface Action {
  id: string
  label: string
  run: () => void
  isDestructive?: boolean
}

/** What can be done with a connection as it is, by whoever looks at it; the same in the palette. */
export function ConnectionActions({
  connection,
  connector,
  onOpen,
}: {
  connection: Connection
  connector: Connector | undefined
  onOpen: (which: 'again' | 'settings') => void
}) {
  const t = useT('connections')
  const canImport = useCan('importInvoices')
  const isFile = connection.auth_method === null
  const { sync, further } = useConnectionActions(connection, connector, onOpen)
  useActions([...(sync ? [sync] : []), ...further])
  if (isFile && connection.connector === 'csv') {
    return (
      canImport && (
        <Button asChild>
          <Link href="/connections/import/">
            <UploadIcon aria-hidden className="size-4" />
            {t('import')}
          </Link>
        </Button>
      )
    )
  }
  const harmless = further.filter(({ isDestructive }) => !isDestructive)
  const destructive = further.filter(({ isDestructive }) => isDestructive)
  return (
    <>
      {sync && (
        <Button onClick={sync.run} disabled={connection.sync?.is_under_way}>
          <RefreshCwIcon aria-hidden className="size-4" />
          {sync.label}
        </Button>
      )}
      {further.length > 0 && (
        <DropdownMenu>
          <DropdownMenuTrigger asChild>
            <Button variant="outline" size="icon" aria-label={t('actions.more', { name: connection.name })}>
              <MoreHorizontalIcon aria-hidden className="size-4" />
            </Button>
          </DropdownMenuTrigger>
          <DropdownMenuContent align="end">
            {harmless.map(({ id, label, run }) => (
              <DropdownMenuItem key={id} onSelect={run}>
                {label}
              </DropdownMenuItem>
            ))}
            {harmless.length > 0 && destructive.length > 0 && <DropdownMenuSeparator />}
            {destructive.map(({ id, label, run }) => (
              <DropdownMenuItem key={id} onSelect={run} className="text-negative">
                {label}
              </DropdownMenuItem>
            ))}
          </DropdownMenuContent>
        </DropdownMenu>
      )}
    </>
  )
}

function useConnectionActions(
  connection: Connection,
  connector: Connector | undefined,
  onOpen: (which: 'again' | 'settings') => void,
): { sync: Action | null; further: Action[] } {
  const t = useT('connections')
  const confirm = useConfirm()
  const refresh = useRefresh()
  const can = {
    sync: useCan('requestSync'),
    pause: useCan('pauseConnection'),
    resume: useCan('resumeConnection'),
    reconnect: useCan('reconnectConnection'),
    change: useCan('updateConnection'),
    disconnect: useCan('disconnectConnection'),
  }
  const { id, name, status } = connection
  const params = { path: { connection_id: id } }
  // What was never let in has nothing to be read from yet.
  const wasOpened = connection.account !== null || connection.last_run_at !== null
  const isRead = !RESTING.includes(status) && wasOpened
  const isFile = connection.auth_method === null

  const attempt = (work: () => Promise<unknown>) => () =>
    void work()
      .then(refresh)
      .catch((error: unknown) => toast.error(asProblem(error).message))

  const read = (kind: 'increment' | 'full') => async () => {
    const { data } = await client.POST('/api/connections/{connection_id}/sync', { params, body: { kind } })
    if (!data) return
    const label = t(kind === 'full' ? 'job.full' : 'job.sync', { name })
    trackJob(data, label, `/connections/view/?id=${id}`)
    toast(t('job.asked', { label }))
  }
  const readAll = async () => {
    const isSure = await confirm({
      title: t('full.title', { name }),
      detail: t('full.detail'),
      action: t('full.action'),
    })
    if (isSure) await read('full')()
  }
  const pause = async () => {
    const isSure = await confirm({
      title: t('pause.title', { name }),
      detail: t('pause.detail'),
      action: t('actions.pause'),
    })
    if (isSure) await client.POST('/api/connections/{connection_id}/pause', { params })
  }
  const disconnect = async () => {
    const isSure = await confirm({
      title: t('disconnect.title', { name }),
      detail: t('disconnect.detail', { provider: connector?.name ?? connection.connector }),
      action: t('actions.disconnect'),
      tone: 'destructive',
      typeToConfirm: name,
    })
    if (!isSure) return
    const { data } = await client.POST('/api/connections/{connection_id}/disconnect', { params })
    if (data) {
      toast.success(t('disconnect.done', { name }), {
        description: [data.revocation, t('disconnect.kept', { kept: data.kept.join(' ') })].join(' '),
        duration: 15_000,
      })
    }
  }

  const further: (Action | false)[] = [
    can.sync && isRead && !isFile && { id: 'full', label: t('actions.full'), run: attempt(readAll) },
    can.resume &&
      status === 'paused' && {
        id: 'resume',
        label: t('actions.resume'),
        run: attempt(() => client.POST('/api/connections/{connection_id}/resume', { params })),
      },
    can.reconnect &&
      !isFile && { id: 'reconnect', label: t('actions.reconnect'), run: () => onOpen('again') },
    can.change && !isFile && { id: 'settings', label: t('actions.settings'), run: () => onOpen('settings') },
    can.pause && isRead && !isFile && { id: 'pause', label: t('actions.pause'), run: attempt(pause) },
    can.disconnect &&
      !isFile &&
      status !== 'disconnected' && {
        id: 'disconnect',
        label: t('actions.disconnect'),
        run: attempt(disconnect),
        isDestructive: true,
      },
  ]
  return {
    sync:
      can.sync && isRead && !isFile
        ? { id: 'sync', label: t('actions.sync'), run: attempt(read('increment')) }
        : null,
    further: further.filter((each) => each !== false),
  }
}
