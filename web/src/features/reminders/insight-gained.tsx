'use client'

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
import { NONE, useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import type { ReminderInsights } from './api'

/** By how many days reminders bring payment forward, how sure that is, and both sides of the comparison. */
export function DaysGained({ uplift }: { uplift: ReminderInsights['uplift'] }) {
  const t = useT('reminders')
  const format = useFormat()
  const spans = uplift.arms[0]?.paid_within.map(({ days }) => days) ?? []
  const isCompared = uplift.arms.some(({ invoices }) => invoices > 0)
  return (
    <Card className={isCompared ? 'pb-0' : undefined}>
      <CardHeader>
        <CardTitle>{t('insights.gained')}</CardTitle>
      </CardHeader>
      <CardContent className="flex flex-col gap-1">
        <p className="flex flex-wrap items-baseline gap-x-3">
          <span className="text-2xl leading-8 font-semibold tracking-tight">
            {uplift.days_gained === null ? NONE : format.days(uplift.days_gained, 1)}
          </span>
          {uplift.low !== null && uplift.high !== null && (
            <span className="text-muted-foreground">
              {t('insights.interval', {
                low: format.number(uplift.low, 1),
                high: format.number(uplift.high, 1),
              })}
            </span>
          )}
        </p>
        <p className="max-w-prose text-muted-foreground">{uplift.why}</p>
      </CardContent>
      {isCompared && (
        <Table label={t('insights.gained')}>
          <TableCaption className="sr-only">{t('insights.gained')}</TableCaption>
          <TableHeader>
            <TableRow>
              <TableHead>{t('insights.arm')}</TableHead>
              <TableHead className="text-right">{t('insights.invoices')}</TableHead>
              <TableHead className="text-right">{t('insights.customers')}</TableHead>
              <TableHead className="text-right">{t('insights.daysOpen')}</TableHead>
              {spans.map((days) => (
                <TableHead key={days} className="text-right">
                  {t('insights.within', { days })}
                </TableHead>
              ))}
            </TableRow>
          </TableHeader>
          <TableBody>
            {uplift.arms.map((arm) => (
              <TableRow key={arm.arm}>
                <TableCell>{t(`insights.arms.${arm.arm}`)}</TableCell>
                <TableCell className="text-right">{format.number(arm.invoices)}</TableCell>
                <TableCell className="text-right">{format.number(arm.customers)}</TableCell>
                <TableCell className="text-right">{format.number(arm.days_open, 1)}</TableCell>
                {arm.paid_within.map(({ days, p_paid: share }) => (
                  <TableCell key={days} className="text-right">
                    {format.percent(share)}
                  </TableCell>
                ))}
              </TableRow>
            ))}
          </TableBody>
        </Table>
      )}
    </Card>
  )
}
