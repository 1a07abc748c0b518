'use client'

import { onlineManager } from '@tanstack/react-query'
import { WifiOffIcon } from 'lucide-react'
import { useSyncExternalStore } from 'react'
import { useT } from '@/lib/i18n'

/** Says that there is no network, for as long as there is none; queries wait and go on by themselves. */
export function OfflineBanner() {
  const t = useT('shell')
  const isOnline = useSyncExternalStore(
    (changed) => onlineManager.subscribe(changed),
    () => onlineManager.isOnline(),
    () => true,
  )
  return (
    <div role="status" className="print:hidden">
      {!isOnline && (
        <p className="flex items-center gap-2 border-b bg-muted px-4 py-2 md:px-6">
          <WifiOffIcon className="size-4 shrink-0 text-warning" aria-hidden />
          {t('offline')}
        </p>
      )}
    </div>
  )
}
