'use client'

import { lazy, Suspense, useState } from 'react'
import { Button } from '@/components/ui/button'
import { useActions } from '@/lib/hotkeys'
import { useT } from '@/lib/i18n'
import { useCan } from '@/lib/session'
import { DisputesCard } from './dispute-list'

// The form comes when it is asked for.
const NewDispute = lazy(() => import('./new-dispute'))

interface Props {
  invoice: { id: string; number: string; balance: string; currency: string }
}

/** What is disputed of an invoice, and the way to dispute it: by the button, or by D. */
export function InvoiceDisputes({ invoice }: Props) {
  const t = useT('disputes')
  const canOpen = useCan('createDispute') && Number(invoice.balance) > 0
  const [isOpening, setOpening] = useState(false)
  useActions(
    canOpen
      ? [{ id: 'invoice.dispute', label: t('new.action'), keys: 'd', run: () => setOpening(true) }]
      : [],
  )
  return (
    <>
      <DisputesCard
        query={{ invoice_id: invoice.id, sort: '-opened_at', limit: 10 }}
        all={`/disputes/?invoice=${invoice.id}`}
        none={t('box.none')}
        action={
          canOpen && (
            <Button variant="outline" size="sm" onClick={() => setOpening(true)}>
              {t('box.open')}
            </Button>
          )
        }
      />
      <Suspense>{isOpening && <NewDispute invoice={invoice} onClose={() => setOpening(false)} />}</Suspense>
    </>
  )
}
