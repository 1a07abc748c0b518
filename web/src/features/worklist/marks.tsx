'use client'

import { Status } from '@/components/status'
import { Ago, NONE, useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import type { Contact } from './api'

/** The newest talk or reminder: what it was, and how long ago. */
export function LastContact({ contact }: { contact: Contact['last_contact'] }) {
  const t = useT('contacts')
  if (!contact) return NONE
  return (
    <>
      {t(`kind.${contact.kind}`)}, <Ago at={contact.at} />
    </>
  )
}

/** The promise that was broken lately, or the next one that is open. */
export function Promised({ promise }: { promise: Contact['promise'] }) {
  const t = useT('worklist')
  const format = useFormat()
  if (!promise) return NONE
  const told = {
    amount: format.compactMoney(promise.amount, promise.currency),
    day: format.day(promise.promised_on),
  }
  switch (promise.status) {
    case 'broken':
      return <Status tone="negative">{t('row.broken', told)}</Status>
    case 'partly_kept':
      return <Status tone="warning">{t('row.partlyKept', told)}</Status>
    case 'open':
      return <Status tone="accent">{t('row.promised', told)}</Status>
  }
}
