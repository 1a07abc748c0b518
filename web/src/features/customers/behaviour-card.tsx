'use client'

import { ChartFrame, ChartSkeleton } from '@/components/charts/chart-frame'
import { ChartKey } from '@/components/charts/chart-key'
import { PayBehaviour } from '@/components/charts/pay-behaviour'
import { Region } from '@/components/region'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { useRouter } from '@/lib/nav'
import { daysBetween } from '@/lib/today'
import { usePaidInvoices } from './api'

/** How late each invoice was paid, and the median as it moved. */
export function BehaviourCard({ customerId }: { customerId: string }) {
  const t = useT('customers')
  const format = useFormat()
  const router = useRouter()
  const query = usePaidInvoices(customerId)
  return (
    <Region query={query} skeleton={<ChartSkeleton />}>
      {({ items }) => {
        const paid = items.flatMap(({ id, number, due_on: dueOn, issued_on: issuedOn, paid_on: paidOn }) =>
          paidOn
            ? [
                {
                  id,
                  number,
                  paidOn,
                  daysLate: daysBetween(dueOn, paidOn),
                  daysToPay: daysBetween(issuedOn, paidOn),
                },
              ]
            : [],
        )
        const late = paid.filter(({ daysLate }) => daysLate > 0).length
        return (
          <ChartFrame
            title={t('behaviour.title')}
            unit={t('behaviour.unit')}
            summary={t('behaviour.summary', { count: paid.length, late: format.number(late) })}
            chartKey={
              <ChartKey
                items={[
                  { shape: 'dot', label: t('behaviour.dot') },
                  { shape: 'line', label: t('behaviour.median') },
                ]}
              />
            }
            tableColumns={[
              { label: t('behaviour.number'), text: (row) => row.number, value: (row) => row.number },
              {
                label: t('behaviour.paidOn'),
                text: (row) => format.day(row.paidOn),
                value: (row) => row.paidOn,
              },
              {
                label: t('behaviour.daysToPay'),
                numeric: true,
                text: (row) => format.number(row.daysToPay),
                value: (row) => row.daysToPay,
              },
              {
                label: t('behaviour.unit'),
                numeric: true,
                text: (row) => format.number(row.daysLate),
                value: (row) => row.daysLate,
              },
            ]}
            tableRows={paid}
            fileName="payments"
            empty={t('behaviour.none')}
          >
            <PayBehaviour
              invoices={paid}
              label={t('behaviour.title')}
              onSelect={({ id }) => router.push(`/invoices/view/?id=${id}`)}
            />
          </ChartFrame>
        )
      }}
    </Region>
  )
}
