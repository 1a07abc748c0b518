'use client'

import { Status } from '@/components/status'
import { Card, CardContent, CardHeader, CardTitle } from '@/components/ui/card'
import {
  Table,
  TableBody,
  TableCaption,
  TableCell,
  TableHead,
  TableHeader,
  TableRow,
} from '@/components/ui/table'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import type { Invoice } from './api'
import { useSettlementWords } from './timeline-list'

/** What was set against the invoice: payments, credits, write-offs. */
export function Settlements({ invoice }: { invoice: Invoice }) {
  const t = useT('invoices')
  const format = useFormat()
  const words = useSettlementWords()
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t('settled.title')}</CardTitle>
      </CardHeader>
      <CardContent className={invoice.allocations.length > 0 ? 'px-0' : undefined}>
        {invoice.allocations.length === 0 ? (
          <p className="text-muted-foreground">{t('settled.none')}</p>
        ) : (
          <Table label={t('settled.title')}>
            <TableCaption className="sr-only">{t('settled.title')}</TableCaption>
            <TableHeader>
              <TableRow>
                <TableHead>{t('settled.kind')}</TableHead>
                <TableHead>{t('settled.applied')}</TableHead>
                <TableHead>{t('settled.state')}</TableHead>
                <TableHead className="text-right">{t('settled.amount')}</TableHead>
              </TableRow>
            </TableHeader>
            <TableBody>
              {invoice.allocations.map((each) => (
                <TableRow key={each.id}>
                  <TableCell>{words(each.kind)}</TableCell>
                  <TableCell className="whitespace-nowrap">{format.day(each.applied_on)}</TableCell>
                  <TableCell className="whitespace-nowrap">
                    {each.reversed_on ? (
                      <Status tone="negative">
                        {t('settled.reversed', { day: format.day(each.reversed_on) })}
                      </Status>
                    ) : (
                      <Status tone="positive">{t('settled.counts')}</Status>
                    )}
                  </TableCell>
                  <TableCell className="text-right whitespace-nowrap">
                    {format.money(each.amount, invoice.currency)}
                  </TableCell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
        )}
      </CardContent>
    </Card>
  )
}
