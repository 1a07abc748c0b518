'use client'

import { Alert, AlertDescription } from '@/components/ui/alert'
import { Button } from '@/components/ui/button'
import { api } from '@/lib/api'
import { Ago } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import { useCan } from '@/lib/session'

const TROUBLED = ['needs_reconnect', 'needs_attention']

/**
 * Amber, on pages whose figures come from a connection that is not read any more: since when, and the way to mend it.
 * `connectionId`: of this source alone; without it, of every one. `except`: not of the one that the page is about.
 */
export function ConnectionBanner({
  connectionId,
  except,
}: {
  connectionId?: string
  except?: string | null
}) {
  const t = useT('connections')
  const canReconnect = useCan('reconnectConnection')
  const { data } = api.useQuery('get', '/api/connections', {})
  const troubled = (data?.items ?? []).filter(
    ({ id, status }) =>
      TROUBLED.includes(status) && (connectionId === undefined || id === connectionId) && id !== except,
  )
  return troubled.map((connection) => {
    const word = connection.status === 'needs_reconnect' ? 'reconnect' : 'attention'
    return (
      <Alert key={connection.id} variant="warning" className="print:hidden">
        <AlertDescription className="flex flex-wrap items-center gap-x-4 gap-y-2">
          <span className="min-w-0 flex-1 basis-64 text-foreground">
            {t(`banner.${word}`, { name: connection.name })}{' '}
            <span className="text-muted-foreground">
              {connection.last_run_at
                ? t.rich('banner.asOf', { ago: () => <Ago at={connection.last_run_at!} /> })
                : t('banner.neverRead')}
            </span>
          </span>
          <Button asChild variant="outline" size="sm">
            <Link
              href={`/connections/view/?id=${connection.id}${word === 'reconnect' && canReconnect ? '&connect=again' : ''}`}
            >
              {t(word === 'reconnect' && canReconnect ? 'actions.reconnect' : 'notices.open')}
            </Link>
          </Button>
        </AlertDescription>
      </Alert>
    )
  })
}
