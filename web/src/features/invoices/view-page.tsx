'use client'

import { RecordSteps } from '@/components/data-table'
import { InvoiceDisputes } from '@/components/disputes/invoice-disputes'
import { InvoiceStatusMark } from '@/components/ledger/marks'
import { Page } from '@/components/page'
import { RecordPage, RecordSkeleton } from '@/components/records/record-page'
import { Region } from '@/components/region'
import { InvoicePromises } from '@/components/promises/promises-card'
import { InvoiceReminders } from '@/components/reminders/reminder-list'
import { Alert, AlertDescription, AlertTitle } from '@/components/ui/alert'
import { Card, CardContent, CardHeader, CardTitle } from '@/components/ui/card'
import { Skeleton } from '@/components/ui/skeleton'
import { NONE, useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import { useNoteRecent } from '@/lib/recents'
import { useToday } from '@/lib/today'
import { type Invoice, predictionOf, useInvoice, usePredictionHistory } from './api'
import { InvoiceFactsCard, PredictionFactsCard, SourceCard } from './facts'
import { ForecastCard } from './forecast-card'
import { OutcomeCard } from './outcome-card'
import { ReasonsCard } from './reasons-card'
import { RuleCard } from './rule-card'
import { Settlements } from './settlements'
import { timelineOf } from './timeline'
import { TimelineList } from './timeline-list'

export function InvoicePage() {
  const t = useT('invoices')
  return (
    <RecordPage
      words={{ title: t('view.title'), noId: t('view.noId'), toList: t('view.toList') }}
      list="/invoices/"
    >
      {(id) => <InvoiceView key={id} id={id} />}
    </RecordPage>
  )
}

function InvoiceView({ id }: { id: string }) {
  const t = useT('invoices')
  const format = useFormat()
  const query = useInvoice(id)
  const invoice = query.data
  useNoteRecent(
    invoice && {
      kind: 'invoice',
      id: invoice.id,
      title: invoice.number,
      detail: invoice.customer_name ?? '',
    },
  )
  return (
    <Page
      title={invoice ? t('view.number', { number: invoice.number }) : t('view.title')}
      subtitle={
        invoice && (
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <Link
              href={`/customers/view/?id=${invoice.customer_id}`}
              className="font-medium text-primary underline-offset-4 hover:underline"
            >
              {invoice.customer_name ?? NONE}
            </Link>
            <InvoiceStatusMark status={invoice.status} />
            <span>{format.money(invoice.total, invoice.currency)}</span>
            <span>{t('view.due', { day: format.day(invoice.due_on) })}</span>
          </span>
        )
      }
      actions={<RecordSteps name="invoices" id={id} path="/invoices/view/" />}
    >
      <Region query={query} skeleton={<RecordSkeleton />}>
        {(found) => <InvoiceBody invoice={found} />}
      </Region>
    </Page>
  )
}

const SETTLED = ['paid', 'credited', 'written_off']
const NOT_OWED = ['void', 'draft', 'deleted']

function InvoiceBody({ invoice }: { invoice: Invoice }) {
  const t = useT('invoices')
  const today = useToday()
  const history = usePredictionHistory(invoice.id)
  const prediction = predictionOf(invoice)
  const isOpen = Number(invoice.balance) > 0
  const state = NOT_OWED.find((each) => each === invoice.status) as 'void' | 'draft' | 'deleted' | undefined
  return (
    <div className="grid min-w-0 gap-4 lg:grid-cols-3">
      <div className="flex min-w-0 flex-col gap-4 lg:col-span-2">
        {state && (
          <Alert>
            <AlertTitle>{t(`view.${state}`)}</AlertTitle>
            <AlertDescription>{t('view.readOnly')}</AlertDescription>
          </Alert>
        )}
        {isOpen && prediction && <ForecastCard invoice={invoice} prediction={prediction} />}
        {isOpen && !prediction && <RuleCard invoice={invoice} />}
        {SETTLED.includes(invoice.status) && (
          <Region query={history} skeleton={<Skeleton className="h-48 w-full" />}>
            {({ items }) => <OutcomeCard invoice={invoice} predictions={items} />}
          </Region>
        )}
        {isOpen && prediction && <ReasonsCard invoiceId={invoice.id} />}
        <Settlements invoice={invoice} />
        <Card>
          <CardHeader>
            <CardTitle>{t('timeline.title')}</CardTitle>
          </CardHeader>
          <CardContent>
            <Region query={history} skeleton={<Skeleton className="h-40 w-full" />}>
              {({ items }) => (
                <TimelineList events={timelineOf(invoice, items, today)} currency={invoice.currency} />
              )}
            </Region>
          </CardContent>
        </Card>
      </div>
      <div className="flex min-w-0 flex-col gap-4">
        <InvoiceFactsCard invoice={invoice} />
        {!state && <InvoiceDisputes invoice={invoice} />}
        {!state && <InvoiceReminders invoice={invoice} />}
        {!state && <InvoicePromises invoice={invoice} />}
        {isOpen && prediction && <PredictionFactsCard prediction={prediction} />}
        <SourceCard invoice={invoice} />
      </div>
    </div>
  )
}
