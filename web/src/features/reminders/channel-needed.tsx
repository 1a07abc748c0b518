'use client'

import { useChannels } from '@/components/reminders/api'
import { Alert, AlertDescription, AlertTitle } from '@/components/ui/alert'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import { useCan } from '@/lib/session'

/** Says that nothing can go out yet, where no channel reaches debtors, or that the one there is fails. */
export function ChannelNeeded() {
  const t = useT('reminders')
  const canSetUp = useCan('createChannel')
  const { data } = useChannels()
  if (data === undefined) return null
  const toDebtors = data.items.filter(({ purpose }) => purpose === 'debtors')
  const failing = toDebtors.filter(({ status }) => status === 'failing')
  if (toDebtors.length > 0 && failing.length === 0) return null
  const link = canSetUp ? (
    <Link href="/settings/channels/" className="text-primary underline underline-offset-4">
      {t('channel.setUp')}
    </Link>
  ) : (
    t('channel.byAdmin')
  )
  return (
    <Alert variant="warning">
      <AlertTitle>
        {failing[0] ? t('channel.failing', { name: failing[0].name }) : t('channel.none')}
      </AlertTitle>
      <AlertDescription>
        {failing[0]?.reason ?? t('channel.noneDetail')} {link}
      </AlertDescription>
    </Alert>
  )
}
