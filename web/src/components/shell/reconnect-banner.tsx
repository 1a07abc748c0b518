'use client'

import { TriangleAlertIcon } from 'lucide-react'
import { useT } from '@/lib/i18n'
import { Link, usePathname } from '@/lib/nav'
import { useConnections } from './connections'

/** Says on every page that a source lets the hub in no more: what is shown is no longer its present state. */
export function ReconnectBanner() {
  const t = useT('shell')
  const path = usePathname()
  const { data } = useConnections()
  const shut = (data?.items ?? []).filter(({ status }) => status === 'needs_reconnect')
  // The connections' own pages say it at the connection.
  if (shut.length === 0 || path.startsWith('/connections/')) return null
  return (
    <div role="status" className="border-b border-warning bg-muted print:hidden">
      {shut.map(({ id, name }) => (
        <p key={id} className="flex flex-wrap items-center gap-x-2 gap-y-1 px-4 py-2 md:px-6">
          <TriangleAlertIcon className="size-4 shrink-0 text-warning" aria-hidden />
          {t('reconnect.text', { name })}
          <Link
            href={`/connections/view/?id=${encodeURIComponent(id)}`}
            className="font-medium text-primary underline underline-offset-4"
          >
            {t('reconnect.action')}
          </Link>
        </p>
      ))}
    </div>
  )
}
