'use client'

import { Status } from '@/components/status'
import { Ago, NONE, useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import type { Contact } from './api'

/** The newest talk or reminder, and what was promised. */
export function LastWord({ contact }: { contact: Contact }) {
  const t = useT('contacts')
  const { last_contact: last, promise } = contact
  if (!last && !promise) return NONE
  return (
    <span className="flex flex-col">
      {last && (
        <span>
          {t(`kind.${last.kind}`)}, <Ago at={last.at} />
        </span>
      )}
      {promise && <Promised promise={promise} />}
    </span>
  )
}

/** The promise that was broken lately, or the next one that is open. */
function Promised({ promise }: { promise: NonNullable<Contact['promise']> }) {
  const t = useT('worklist')
  const format = useFormat()
  const told = {
    amount: format.compactMoney(promise.amount, promise.currency),
    day: format.day(promise.promised_on),
  }
  switch (promise.status) {
    case 'broken':
      return (
        <Status tone="negative" className="whitespace-normal">
          {t('row.broken', told)}
        </Status>
      )
    case 'partly_kept':
      return (
        <Status tone="warning" className="whitespace-normal">
          {t('row.partlyKept', told)}
        </Status>
      )
    case 'open':
      return (
        <Status tone="accent" className="whitespace-normal">
          {t('row.promised', told)}
        </Status>
      )
  }
}
