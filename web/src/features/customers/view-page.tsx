'use client'

import { CustomerTimeline } from '@/components/contacts/timeline-card'
import { RecordSteps } from '@/components/data-table'
import { CustomerDisputes } from '@/components/disputes/dispute-list'
import { Facts } from '@/components/definition-list'
import { useSources } from '@/components/ledger/sources'
import { Page } from '@/components/page'
import { RecordPage } from '@/components/records/record-page'
import { Region } from '@/components/region'
import { CustomerPromises } from '@/components/promises/promises-card'
import { CustomerReminders } from '@/components/reminders/reminder-list'
import { Card, CardContent, CardHeader, CardTitle } from '@/components/ui/card'
import { Skeleton } from '@/components/ui/skeleton'
import { NONE, useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import { useNoteRecent } from '@/lib/recents'
import { AgingCard } from './aging-card'
import { type Customer, useCustomer } from './api'
import { BehaviourCard } from './behaviour-card'
import { CustomerKpis } from './kpis'
import { OpenInvoices } from './open-invoices'
import { ProfileCard } from './profile-card'
import { RiskCard } from './risk-card'

export function CustomerPage() {
  const t = useT('customers')
  return (
    <RecordPage
      words={{ title: t('view.title'), noId: t('view.noId'), toList: t('view.toList') }}
      list="/customers/"
    >
      {(id) => <CustomerView key={id} id={id} />}
    </RecordPage>
  )
}

function CustomerView({ id }: { id: string }) {
  const t = useT('customers')
  const query = useCustomer(id)
  const customer = query.data
  useNoteRecent(
    customer && {
      kind: 'customer',
      id: customer.id,
      title: customer.name,
      detail: customer.email ?? '',
    },
  )
  return (
    <Page
      title={customer?.name ?? t('view.title')}
      subtitle={customer && [customer.email, customer.country, customer.industry].filter(Boolean).join(' · ')}
      actions={<RecordSteps name="customers" id={id} path="/customers/view/" />}
    >
      <Region query={query} skeleton={<CustomerSkeleton />}>
        {(found) => (
          <div className="flex min-w-0 flex-col gap-4">
            <CustomerKpis customer={found} />
            <div className="grid min-w-0 gap-4 lg:grid-cols-3">
              <div className="flex min-w-0 flex-col gap-4 lg:col-span-2">
                <BehaviourCard customerId={found.id} />
                <RiskCard customerId={found.id} />
                <OpenInvoices customerId={found.id} />
                <CustomerTimeline customer={found} />
              </div>
              <div className="flex min-w-0 flex-col gap-4">
                <AgingCard customer={found} />
                <CustomerDisputes customerId={found.id} />
                <CustomerReminders customer={found} />
                <CustomerPromises customer={found} />
                <ProfileCard customer={found} />
                <SourceCard customer={found} />
              </div>
            </div>
          </div>
        )}
      </Region>
    </Page>
  )
}

/** Where the record comes from, and what the books say of the customer. */
function SourceCard({ customer }: { customer: Customer }) {
  const t = useT('customers')
  const format = useFormat()
  const sourceName = useSources()
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t('source.title')}</CardTitle>
      </CardHeader>
      <CardContent>
        <Facts
          items={[
            {
              label: t('columns.source'),
              value: (
                <Link
                  href={`/connections/view/?id=${customer.connection_id}`}
                  className="text-primary underline-offset-4 hover:underline"
                >
                  {sourceName(customer.connection_id)}
                </Link>
              ),
            },
            {
              label: t('source.id'),
              value: <span className="font-mono text-xs">{customer.external_id}</span>,
            },
            { label: t('filters.currency'), value: customer.currency ?? NONE },
            { label: t('source.score'), value: format.number(customer.credit_score) },
          ]}
        />
      </CardContent>
    </Card>
  )
}

function CustomerSkeleton() {
  return (
    <div className="flex flex-col gap-4">
      <Skeleton className="h-24 w-full" />
      <div className="grid gap-4 lg:grid-cols-3">
        <Skeleton className="h-80 lg:col-span-2" />
        <Skeleton className="h-80" />
      </div>
    </div>
  )
}
