'use client'

import { ChartFrame } from '@/components/charts/chart-frame'
import { countScale } from '@/components/charts/chart-utils'
import { LevelLines } from '@/components/charts/level-lines'
import { RankedBars } from '@/components/charts/ranked-bars'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import type { ReminderInsights } from './api'

/** How many of the invoices were paid so soon after a reminder: what followed it, not what it caused. */
export function PaidAfter({ found }: { found: ReminderInsights }) {
  const t = useT('reminders')
  const format = useFormat()
  const rows = found.paid_within
  // The longest time that any of them has had.
  const last = rows.findLast(({ invoices }) => invoices > 0)
  return (
    <ChartFrame
      title={t('insights.paidAfter')}
      summary={
        last
          ? t('insights.paidAfterSummary', {
              share: format.percent(last.p_paid),
              days: last.days,
              count: last.invoices,
            })
          : t('insights.paidAfterNone')
      }
      tableColumns={[
        {
          label: t('insights.days'),
          text: (row) => t('insights.within', { days: row.days }),
          value: (row) => row.days,
        },
        {
          label: t('insights.invoices'),
          numeric: true,
          text: (row) => format.number(row.invoices),
          value: (row) => row.invoices,
        },
        {
          label: t('insights.paid'),
          numeric: true,
          text: (row) => format.number(row.paid),
          value: (row) => row.paid,
        },
        {
          label: t('insights.share'),
          numeric: true,
          text: (row) => format.percent(row.p_paid),
          value: (row) => row.p_paid,
        },
      ]}
      tableRows={rows}
      fileName={`reminders-paid-after-${found.to}`}
      empty={t('insights.none')}
    >
      <RankedBars
        label={t('insights.paidAfter')}
        bars={rows.map((row) => ({
          name: t('insights.within', { days: row.days }),
          value: row.p_paid ?? 0,
          text: format.percent(row.p_paid),
        }))}
      />
    </ChartFrame>
  )
}

/** How many reminders of each stage were sent, and how many of them were answered or bounced. */
export function StageBars({ found }: { found: ReminderInsights }) {
  const t = useT('reminders')
  const format = useFormat()
  const rows = found.stages
  const nameOf = (stage: number | null) =>
    stage === null ? t('insights.composed') : t('facts.stage', { stage })
  const count = (label: string, of: (row: (typeof rows)[number]) => number) => ({
    label,
    numeric: true,
    text: (row: (typeof rows)[number]) => format.number(of(row)),
    value: of,
  })
  return (
    <ChartFrame
      title={t('insights.byStage')}
      summary={t('insights.byStageSummary', { count: found.sent })}
      tableColumns={[
        {
          label: t('insights.stage'),
          text: (row) => nameOf(row.stage),
          value: (row) => nameOf(row.stage),
        },
        count(t('insights.sent'), (row) => row.sent),
        count(t('insights.delivered'), (row) => row.delivered),
        count(t('insights.bounced'), (row) => row.bounced),
        count(t('insights.replied'), (row) => row.replied),
      ]}
      tableRows={rows}
      fileName={`reminders-by-stage-${found.to}`}
      empty={t('insights.none')}
    >
      <RankedBars
        label={t('insights.byStage')}
        bars={rows.map((row) => ({
          name: nameOf(row.stage),
          value: row.sent,
          text: format.number(row.sent),
        }))}
      />
    </ChartFrame>
  )
}

/** How many reminders were sent and answered, month by month. */
export function MonthLines({ found }: { found: ReminderInsights }) {
  const t = useT('reminders')
  const format = useFormat()
  const rows = found.months
  const sent = rows.map((row) => row.sent)
  const replied = rows.map((row) => row.replied)
  return (
    <ChartFrame
      title={t('insights.byMonth')}
      summary={t('insights.byMonthSummary', { sent: found.sent, replied: found.replied })}
      tableColumns={[
        { label: t('insights.month'), text: (row) => format.month(row.month), value: (row) => row.month },
        {
          label: t('insights.sent'),
          numeric: true,
          text: (row) => format.number(row.sent),
          value: (row) => row.sent,
        },
        {
          label: t('insights.replied'),
          numeric: true,
          text: (row) => format.number(row.replied),
          value: (row) => row.replied,
        },
        {
          label: t('insights.bounced'),
          numeric: true,
          text: (row) => format.number(row.bounced),
          value: (row) => row.bounced,
        },
      ]}
      tableRows={rows}
      fileName={`reminders-by-month-${found.to}`}
    >
      <LevelLines
        places={rows.map((row) => format.month(row.month))}
        series={[
          { name: t('insights.sent'), values: sent, kind: 'measured' },
          { name: t('insights.replied'), values: replied, kind: 'compared' },
        ]}
        text={(value) => format.number(value)}
        scale={countScale([...sent, ...replied])}
        label={t('insights.byMonth')}
      />
    </ChartFrame>
  )
}
