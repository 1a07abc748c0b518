'use client'

import { Alert, AlertDescription } from '@/components/ui/alert'
import { Button } from '@/components/ui/button'
import { api } from '@/lib/api'
import { Ago } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { Link, usePathname } from '@/lib/nav'
import { useCan, useSession } from '@/lib/session'

const TROUBLED = ['needs_reconnect', 'needs_attention']

/**
 * Amber, where figures come from a connection that is not read any more: since when, and the way to mend it. Of the one
 * that `connectionId` names; without it, of every one. The pages of connections say so themselves.
 */
export function ConnectionBanner({ connectionId }: { connectionId?: string }) {
  const t = useT('connections')
  const path = usePathname()
  const { tenant } = useSession()
  const canReconnect = useCan('reconnectConnection')
  const isWanted = tenant !== null && !path.startsWith('/connections/')
  const { data } = api.useQuery('get', '/api/connections', {}, { enabled: isWanted })
  if (!isWanted) return null
  const troubled = (data?.items ?? []).filter(
    ({ id, status, last_run_at }) =>
      // What was never read has brought no figures that could be out of date.
      TROUBLED.includes(status) &&
      last_run_at !== null &&
      (connectionId === undefined || id === connectionId),
  )
  if (troubled.length === 0) return null
  return (
    <div className="flex flex-col gap-2 px-4 pt-4 md:px-6 print:hidden">
      {troubled.map((connection) => {
        const word = connection.status === 'needs_reconnect' ? 'reconnect' : 'attention'
        return (
          <Alert key={connection.id} variant="warning">
            <AlertDescription className="flex flex-wrap items-center gap-x-4 gap-y-2">
              <span className="min-w-0 flex-1 basis-64 text-foreground">
                {t(`banner.${word}`, { name: connection.name })}{' '}
                <span className="text-muted-foreground">
                  {t.rich('banner.asOf', { ago: () => <Ago at={connection.last_run_at!} /> })}
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
      })}
    </div>
  )
}
