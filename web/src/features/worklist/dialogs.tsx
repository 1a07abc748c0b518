'use client'

import { lazy, Suspense } from 'react'
import type { Work } from './use-work'

// Each comes when it is asked for.
const LogContact = lazy(() => import('@/components/contacts/log-contact'))
const NewPromise = lazy(() => import('@/components/promises/new-promise'))
const SnoozeDialog = lazy(() => import('./snooze-dialog'))

/** The dialog that is open for a customer of the list. */
export function Dialogs({ work }: { work: Work }) {
  if (!work.dialog) return null
  const { asked, contact } = work.dialog
  const customer = { id: contact.customer_id, name: contact.customer_name }
  return (
    <Suspense>
      {asked === 'log' && <LogContact customer={customer} onClose={work.close} />}
      {asked === 'promise' && <NewPromise customer={customer} onClose={work.close} />}
      {asked === 'snooze' && (
        <SnoozeDialog
          customer={customer}
          onClose={work.close}
          onChosen={(day) => work.snooze(contact, day)}
        />
      )}
    </Suspense>
  )
}
