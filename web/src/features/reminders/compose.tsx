'use client'

import { useEffect } from 'react'
import { useReminder } from '@/components/reminders/api'
import Composer from '@/components/reminders/composer/composer'
import { useProblemText } from '@/components/problem-alert'
import { api } from '@/lib/api'
import { toast } from '@/lib/toast'
import { whatToCompose } from './what-to-compose'

/** The composer for what the address names: `new`, `customer:<id>`, `invoice:<id>` or `reminder:<id>`. */
export default function Compose({ what, onClose }: { what: string; onClose: () => void }) {
  const { kind, id } = whatToCompose(what)
  if (kind === 'customer') return <OfCustomer id={id} onClose={onClose} />
  if (kind === 'invoice') return <OfInvoice id={id} onClose={onClose} />
  if (kind === 'reminder') return <OfReminder id={id} onClose={onClose} />
  return <Composer onClose={onClose} />
}

interface Props {
  id: string
  onClose: () => void
}

function OfCustomer({ id, onClose }: Props) {
  const query = api.useQuery('get', '/api/customers/{customer_id}', { params: { path: { customer_id: id } } })
  useRefused(query.error, onClose)
  if (!query.data) return null
  return <Composer customer={{ id, name: query.data.name }} onClose={onClose} />
}

function OfInvoice({ id, onClose }: Props) {
  const query = api.useQuery('get', '/api/invoices/{invoice_id}', { params: { path: { invoice_id: id } } })
  useRefused(query.error, onClose)
  if (!query.data) return null
  const { customer_id: customer, customer_name: name } = query.data
  return <Composer customer={{ id: customer, name: name ?? '' }} invoiceIds={[id]} onClose={onClose} />
}

function OfReminder({ id, onClose }: Props) {
  const query = useReminder(id)
  useRefused(query.error, onClose)
  if (!query.data) return null
  return <Composer reminder={query.data} onClose={onClose} />
}

/** Says why there is nothing to begin with, and lets go of it. */
function useRefused(error: unknown, onClose: () => void) {
  const say = useProblemText()
  useEffect(() => {
    if (!error) return
    const { title, detail } = say(error)
    toast.error(title, { description: detail })
    onClose()
    // Once for each refusal.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [error])
}
