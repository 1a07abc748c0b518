'use client'

import { Empty } from '@/components/empty'
import { Button } from '@/components/ui/button'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import { useCan } from '@/lib/session'
import type { Overview } from './api'
import { NeedsAttention } from './attention'

/** In place of figures while the ledger is empty: how to fill it. */
export function FirstSteps({ overview }: { overview: Overview }) {
  const t = useT('overview')
  const canConnect = useCan('createConnection')
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <Empty
        title={t('first.title')}
        detail={overview.progress.connections > 0 ? t('first.syncing') : t('first.detail')}
        action={
          canConnect ? (
            <Button asChild>
              <Link href="/connections/">{t('first.connect')}</Link>
            </Button>
          ) : undefined
        }
        className="rounded-lg border bg-card"
      />
      <NeedsAttention attention={overview.attention} alarms={[]} />
    </div>
  )
}
