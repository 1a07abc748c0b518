'use client'

import type { Reminder } from '@/components/reminders/api'
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

/** The invoices that a reminder asks for, with what is open of each by now, and why some were left out. */
export function ItemsTable({ reminder }: { reminder: Reminder }) {
  const t = useT('reminders')
  const format = useFormat()
  return (
    <Table label={t('items.title')}>
      <TableCaption className="sr-only">{t('items.title')}</TableCaption>
      <TableHeader>
        <TableRow>
          <TableHead>{t('items.number')}</TableHead>
          <TableHead>{t('items.due')}</TableHead>
          <TableHead className="text-right">{t('items.asked')}</TableHead>
          <TableHead className="text-right">{t('items.balance')}</TableHead>
        </TableRow>
      </TableHeader>
      <TableBody>
        {reminder.items.map((item) => (
          <TableRow key={item.invoice_id}>
            <TableCell className="whitespace-nowrap">
              <Link
                href={`/invoices/view/?id=${item.invoice_id}`}
                className="font-medium underline-offset-4 hover:underline"
              >
                {item.number ?? NONE}
              </Link>
              {item.dropped && (
                <span className="block text-xs whitespace-normal text-muted-foreground">
                  {item.dropped.sentence}
                </span>
              )}
            </TableCell>
            <TableCell className="whitespace-nowrap">{format.day(item.due_on)}</TableCell>
            <TableCell className="text-right whitespace-nowrap">
              {item.dropped ? NONE : format.money(item.asked, item.currency)}
            </TableCell>
            <TableCell className="text-right whitespace-nowrap">
              {item.balance === null ? NONE : format.money(item.balance, item.currency)}
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  )
}
