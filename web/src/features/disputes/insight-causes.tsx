'use client'

import type { ReactNode } from 'react'
import { useDisputeWords } from '@/components/disputes/words'
import { Card, CardContent, CardHeader, CardTitle } from '@/components/ui/card'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '@/components/ui/table'
import { NONE, useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import type { DisputeInsights } from './api'

interface Props {
  found: DisputeInsights
  currency: string | null
}

/** The customers who dispute most, the largest amount first. */
export function DisputedCustomers({ found, currency }: Props) {
  const t = useT('disputes')
  return (
    <Causes
      title={t('insights.customers')}
      subject={t('columns.customer')}
      none={t('insights.noCustomers')}
      rows={found.customers
        .filter((each) => each.currency === currency)
        .map((each) => ({
          ...each,
          key: each.customer_id,
          name: (
            <Link
              href={`/customers/view/?id=${each.customer_id}`}
              className="font-medium underline-offset-4 hover:underline"
            >
              {each.customer_name ?? NONE}
            </Link>
          ),
        }))}
    />
  )
}

/** The products that are disputed most, as whoever opened the disputes called them. */
export function DisputedProducts({ found, currency }: Props) {
  const t = useT('disputes')
  return (
    <Causes
      title={t('insights.products')}
      subject={t('columns.product')}
      none={t('insights.noProducts')}
      rows={found.products
        .filter((each) => each.currency === currency)
        .map((each) => ({ ...each, key: each.product, name: each.product }))}
    />
  )
}

interface Cause {
  key: string
  name: ReactNode
  count: number
  amount: string | null
  currency: string
  main_code: string | null
}

function Causes({
  title,
  subject,
  none,
  rows,
}: {
  title: string
  subject: string
  none: string
  rows: Cause[]
}) {
  const t = useT('disputes')
  const words = useDisputeWords()
  const format = useFormat()
  return (
    <Card className={rows.length > 0 ? 'pb-0' : undefined}>
      <CardHeader>
        <CardTitle>{title}</CardTitle>
      </CardHeader>
      <CardContent className={rows.length > 0 ? 'px-0' : undefined}>
        {rows.length === 0 ? (
          <p className="text-muted-foreground">{none}</p>
        ) : (
          <Table label={title}>
            <TableHeader>
              <TableRow>
                <TableHead>{subject}</TableHead>
                <TableHead>{t('insights.mainReason')}</TableHead>
                <TableHead className="text-right">{t('insights.count')}</TableHead>
                <TableHead className="text-right">{t('columns.amount')}</TableHead>
              </TableRow>
            </TableHeader>
            <TableBody>
              {rows.map((row) => (
                <TableRow key={row.key}>
                  <TableCell className="max-w-52 truncate">{row.name}</TableCell>
                  <TableCell className="whitespace-nowrap">
                    {row.main_code ? words.code(row.main_code) : t('reason.none')}
                  </TableCell>
                  <TableCell className="text-right">{format.number(row.count)}</TableCell>
                  <TableCell className="text-right whitespace-nowrap">
                    {row.amount ? format.money(row.amount, row.currency) : NONE}
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
