'use client'

import { lazy, Suspense, useState } from 'react'
import { Button } from '@/components/ui/button'
import { Card, CardContent } from '@/components/ui/card'
import { useT } from '@/lib/i18n'
import { useCan } from '@/lib/session'
import { Timeline } from './timeline'

// The form comes when it is asked for.
const LogContact = lazy(() => import('./log-contact'))

/** What happened with a customer, on its own page; a talk is noted here. */
export function CustomerTimeline({ customer }: { customer: { id: string; name: string } }) {
  const t = useT('contacts')
  const canNote = useCan('addContactNote')
  const [isLogging, setLogging] = useState(false)
  return (
    <Card>
      <CardContent className="flex flex-col gap-3">
        <Timeline customerId={customer.id} />
        {canNote && (
          <Button variant="outline" className="self-start" onClick={() => setLogging(true)}>
            {t('log.action')}
          </Button>
        )}
      </CardContent>
      <Suspense>{isLogging && <LogContact customer={customer} onClose={() => setLogging(false)} />}</Suspense>
    </Card>
  )
}
