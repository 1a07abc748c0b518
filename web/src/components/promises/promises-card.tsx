'use client'

import { lazy, type ReactNode, Suspense, useState } from 'react'
import { useProblemText } from '@/components/problem-alert'
import { Region } from '@/components/region'
import { Button } from '@/components/ui/button'
import { Card, CardAction, CardContent, CardHeader, CardTitle } from '@/components/ui/card'
import { Skeleton } from '@/components/ui/skeleton'
import { api } from '@/lib/api'
import { useFormat } from '@/lib/format'
import { useActions } from '@/lib/hotkeys'
import { useT } from '@/lib/i18n'
import { useCan } from '@/lib/session'
import { toast } from '@/lib/toast'
import {
  type CopyRequest,
  once,
  type PromiseItem,
  useCopyRequests,
  usePromises,
  usePromisesChanged,
} from './api'
import { PromiseLines } from './promise-lines'

// The form comes when it is asked for.
const NewPromise = lazy(() => import('./new-promise'))

interface InvoicePromisesProps {
  invoice: {
    id: string
    number: string
    balance: string
    currency: string
    customer_id: string
    customer_name: string | null
    promises: PromiseItem[]
  }
}

/** What was promised of an invoice, and the way to note a promise: by the button, or by P. */
export function InvoicePromises({ invoice }: InvoicePromisesProps) {
  const t = useT('promises')
  const isOpen = Number(invoice.balance) > 0
  return (
    <Promising
      customer={{ id: invoice.customer_id, name: invoice.customer_name ?? '' }}
      invoice={isOpen ? invoice : undefined}
      isPossible={isOpen}
    >
      {invoice.promises.length === 0 ? (
        <p className="text-muted-foreground">{t('none')}</p>
      ) : (
        <PromiseLines promises={invoice.promises} />
      )}
    </Promising>
  )
}

interface CustomerPromisesProps {
  customer: {
    id: string
    name: string
    balances: { open_balance: string }[]
    promises: { kept: number; partly_kept: number; broken: number; p_kept: number | null }
  }
}

/** What a customer promised, how much of it was kept, and which copies they asked for. */
export function CustomerPromises({ customer }: CustomerPromisesProps) {
  const t = useT('promises')
  const format = useFormat()
  const found = usePromises(customer.id)
  const { kept, partly_kept: partly, broken, p_kept: share } = customer.promises
  const count = kept + partly + broken
  return (
    <Promising
      customer={customer}
      isPossible={customer.balances.some(({ open_balance: open }) => Number(open) > 0)}
    >
      <p className="mb-2 text-muted-foreground">
        {count === 0 ? t('keptNone') : t('kept', { kept, count, share: format.percent(share) })}
      </p>
      <Copies customerId={customer.id} />
      <Region
        query={found}
        skeleton={<Skeleton className="h-12 w-full" />}
        isEmpty={({ items }) => items.length === 0}
        empty={<p className="text-muted-foreground">{t('noneOfCustomer')}</p>}
      >
        {({ items }) => <PromiseLines promises={items} withInvoice />}
      </Region>
    </Promising>
  )
}

interface PromisingProps {
  customer: { id: string; name: string }
  invoice?: InvoicePromisesProps['invoice']
  isPossible: boolean
  children: ReactNode
}

function Promising({ customer, invoice, isPossible, children }: PromisingProps) {
  const t = useT('promises')
  const canPromise = useCan('createPromise') && isPossible
  const [isNoting, setNoting] = useState(false)
  useActions(
    canPromise
      ? [{ id: 'record.promise', label: t('new.action'), keys: 'p', run: () => setNoting(true) }]
      : [],
  )
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t('title')}</CardTitle>
        {canPromise && (
          <CardAction>
            <Button variant="outline" size="sm" onClick={() => setNoting(true)}>
              {t('new.action')}
            </Button>
          </CardAction>
        )}
      </CardHeader>
      <CardContent>{children}</CardContent>
      <Suspense>
        {isNoting && <NewPromise customer={customer} invoice={invoice} onClose={() => setNoting(false)} />}
      </Suspense>
    </Card>
  )
}

/** Copies that wait to be sent; nothing where none does. */
function Copies({ customerId }: { customerId: string }) {
  const t = useT('promises')
  const { data } = useCopyRequests(customerId)
  if (!data || data.items.length === 0) return null
  return (
    <section aria-label={t('copies.title')} className="mb-3 rounded-md border p-3">
      <h3 className="mb-1 font-medium">{t('copies.title')}</h3>
      <ul className="divide-y">
        {data.items.map((each) => (
          <CopyLine key={each.id} request={each} />
        ))}
      </ul>
    </section>
  )
}

function CopyLine({ request }: { request: CopyRequest }) {
  const t = useT('promises')
  const format = useFormat()
  const canFinish = useCan('finishCopyRequest')
  const say = useProblemText()
  const changed = usePromisesChanged()
  const finish = api.useMutation('post', '/api/copy-requests/{request_id}/finish')
  const number = request.invoice_number ?? request.invoice_id
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 py-1.5">
      <span className="min-w-0">
        {t('copies.of', { number })}
        <span className="block wrap-anywhere text-muted-foreground">
          {request.address && t('copies.to', { address: request.address })} {format.instant(request.asked_at)}
        </span>
      </span>
      {canFinish && (
        <Button
          variant="outline"
          size="sm"
          disabled={finish.isPending}
          aria-label={t('copies.sentOf', { number })}
          onClick={() =>
            finish.mutate(
              { params: { path: { request_id: request.id }, header: once() } },
              {
                onSuccess: () => {
                  void changed()
                  toast.success(t('copies.done'))
                },
                onError: (error) => {
                  const { title, detail } = say(error)
                  toast.error(title, { description: detail })
                },
              },
            )
          }
        >
          {t('copies.sent')}
        </Button>
      )}
    </li>
  )
}
