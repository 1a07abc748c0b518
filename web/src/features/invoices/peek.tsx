'use client'

import { Facts } from '@/components/definition-list'
import { Region } from '@/components/region'
import { Button } from '@/components/ui/button'
import {
  Sheet,
  SheetContent,
  SheetDescription,
  SheetFooter,
  SheetHeader,
  SheetTitle,
} from '@/components/ui/sheet'
import { Skeleton } from '@/components/ui/skeleton'
import { NONE } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import { type Invoice, predictionOf, useInvoice } from './api'
import { useInvoiceFacts, usePredictionFacts } from './facts'
import type { Prediction } from './api'
import { ReasonsCard } from './reasons-card'

/** A look into an invoice beside the list. */
export function InvoicePeek({ id, onClose }: { id: string | null; onClose: () => void }) {
  return (
    <Sheet open={id !== null} onOpenChange={(open) => !open && onClose()}>
      {id !== null && <Peeked id={id} />}
    </Sheet>
  )
}

function Peeked({ id }: { id: string }) {
  const t = useT('invoices')
  const query = useInvoice(id)
  const invoice = query.data
  return (
    <SheetContent>
      <SheetHeader>
        <SheetTitle>{invoice?.number ?? t('view.title')}</SheetTitle>
        <SheetDescription>{invoice ? (invoice.customer_name ?? NONE) : t('peek.detail')}</SheetDescription>
      </SheetHeader>
      <Region
        query={query}
        skeleton={
          <div className="flex flex-col gap-3">
            <Skeleton className="h-40 w-full" />
            <Skeleton className="h-32 w-full" />
          </div>
        }
      >
        {(found) => <PeekBody invoice={found} />}
      </Region>
      <SheetFooter>
        <Button asChild>
          <Link href={`/invoices/view/?id=${id}`}>{t('peek.open')}</Link>
        </Button>
      </SheetFooter>
    </SheetContent>
  )
}

function PeekBody({ invoice }: { invoice: Invoice }) {
  const prediction = predictionOf(invoice)
  const facts = useInvoiceFacts(invoice)
  return (
    <div className="flex flex-col gap-4">
      <Facts items={facts} />
      {Number(invoice.balance) > 0 && prediction && <PredictionPart prediction={prediction} />}
    </div>
  )
}

function PredictionPart({ prediction }: { prediction: Prediction }) {
  const t = useT('invoices')
  const facts = usePredictionFacts(prediction)
  return (
    <>
      <section className="flex flex-col gap-2 border-t pt-4" aria-label={t('facts.forecast')}>
        <Facts items={facts} />
      </section>
      <ReasonsCard invoiceId={prediction.invoice_id} />
    </>
  )
}
