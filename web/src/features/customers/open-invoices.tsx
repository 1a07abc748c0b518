'use client'

import { InvoiceStatusMark, RiskMark } from '@/components/ledger/marks'
import { Region } from '@/components/region'
import { Card, CardAction, CardContent, CardHeader, CardTitle } from '@/components/ui/card'
import { Skeleton } from '@/components/ui/skeleton'
import {
  Table,
  TableBody,
  TableCaption,
  TableCell,
  TableHead,
  TableHeader,
  TableRow,
} from '@/components/ui/table'
import { NONE, useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import { useOpenInvoices } from './api'

/** The customer's open invoices, the oldest due first, with what is forecast of each. */
export function OpenInvoices({ customerId }: { customerId: string }) {
  const t = useT('customers')
  const format = useFormat()
  const query = useOpenInvoices(customerId)
  return (
    <Card className="pb-0">
      <CardHeader>
        <CardTitle>{t('invoices.title')}</CardTitle>
        <CardAction>
          <Link
            href={`/invoices/?tab=all&customer=${customerId}`}
            className="text-primary underline-offset-4 hover:underline"
          >
            {t('invoices.all')}
          </Link>
        </CardAction>
      </CardHeader>
      <CardContent className="px-0">
        <Region
          query={query}
          skeleton={<Skeleton className="mx-4 mb-4 h-32" />}
          isEmpty={({ items }) => items.length === 0}
          empty={<p className="px-4 pb-4 text-muted-foreground">{t('invoices.none')}</p>}
        >
          {({ items, next_cursor: more }) => (
            <>
              <Table label={t('invoices.title')}>
                <TableCaption className="sr-only">{t('invoices.title')}</TableCaption>
                <TableHeader>
                  <TableRow>
                    <TableHead>{t('invoices.number')}</TableHead>
                    <TableHead>{t('invoices.status')}</TableHead>
                    <TableHead>{t('invoices.due')}</TableHead>
                    <TableHead className="text-right">{t('invoices.overdue')}</TableHead>
                    <TableHead className="text-right">{t('columns.open')}</TableHead>
                    <TableHead>{t('columns.late')}</TableHead>
                    <TableHead>{t('invoices.expected')}</TableHead>
                  </TableRow>
                </TableHeader>
                <TableBody>
                  {items.map((invoice) => (
                    <TableRow key={invoice.id}>
                      <TableCell className="whitespace-nowrap">
                        <Link
                          href={`/invoices/view/?id=${invoice.id}`}
                          className="font-medium underline-offset-4 hover:underline"
                        >
                          {invoice.number}
                        </Link>
                      </TableCell>
                      <TableCell>
                        <InvoiceStatusMark status={invoice.status} />
                      </TableCell>
                      <TableCell className="whitespace-nowrap">{format.day(invoice.due_on)}</TableCell>
                      <TableCell className="text-right whitespace-nowrap">
                        {invoice.days_overdue > 0 ? (
                          <span className="text-negative">{format.days(invoice.days_overdue)}</span>
                        ) : (
                          NONE
                        )}
                      </TableCell>
                      <TableCell className="text-right whitespace-nowrap">
                        {format.money(invoice.balance, invoice.currency)}
                      </TableCell>
                      <TableCell>
                        {invoice.prediction ? (
                          <RiskMark
                            level={invoice.prediction.risk_level as 'low' | 'medium' | 'high'}
                            probability={invoice.prediction.p_late30}
                          />
                        ) : (
                          NONE
                        )}
                      </TableCell>
                      <TableCell className="whitespace-nowrap text-primary">
                        {invoice.prediction ? format.day(invoice.prediction.expected_on) : NONE}
                      </TableCell>
                    </TableRow>
                  ))}
                </TableBody>
              </Table>
              {more !== null && (
                <p className="border-t px-4 py-2 text-xs text-muted-foreground">
                  {t('invoices.first', { count: items.length })}
                </p>
              )}
            </>
          )}
        </Region>
      </CardContent>
    </Card>
  )
}
