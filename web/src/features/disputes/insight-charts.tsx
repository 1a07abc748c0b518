'use client'

import { ChartFrame } from '@/components/charts/chart-frame'
import { amountScale } from '@/components/charts/chart-utils'
import { LevelLines } from '@/components/charts/level-lines'
import { RankedBars } from '@/components/charts/ranked-bars'
import { useDisputeWords } from '@/components/disputes/words'
import { NONE, useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import type { DisputeInsights } from './api'

/** So many reasons are drawn; the table has all of them. */
const DRAWN = 8

/** Few bars need little room. */
const heightOf = (found: DisputeInsights) => (found.by_code.length > 5 ? 'page' : 'card')

interface Props {
  found: DisputeInsights
  currency: string | null
  className?: string
}

/** Why customers do not pay, by what is disputed; a bar leads to the open disputes for its reason. */
export function ReasonBars({ found, currency, className }: Props) {
  const t = useT('disputes')
  const words = useDisputeWords()
  const format = useFormat()
  const rows = found.by_code
    .map((each) => ({
      ...each,
      name: each.code ? words.code(each.code) : t('reason.none'),
      amount: each.amounts.find((amount) => amount.currency === currency)?.amount ?? '0',
    }))
    .sort((a, b) => Number(b.amount) - Number(a.amount) || b.count - a.count)
  // Disputes are counted in all currencies together; beside an amount in one of several, the count would mislead.
  const isOnly = found.totals.amounts.length <= 1
  const drawn = rows.filter((row) => isOnly || Number(row.amount) > 0).slice(0, DRAWN)
  const first = drawn[0]
  return (
    <ChartFrame
      className={className}
      height={heightOf(found)}
      title={t('insights.byReason')}
      unit={currency ?? undefined}
      summary={
        first &&
        (isOnly
          ? t('insights.byReasonSummary', { reason: first.name, count: first.count })
          : t('insights.byReasonMost', { reason: first.name }))
      }
      tableColumns={[
        { label: t('columns.reason'), text: (row) => row.name, value: (row) => row.code },
        {
          label: t(isOnly ? 'insights.count' : 'insights.countAll'),
          numeric: true,
          text: (row) => format.number(row.count),
          value: (row) => row.count,
        },
        {
          label: t('status.open'),
          numeric: true,
          text: (row) => format.number(row.unresolved),
          value: (row) => row.unresolved,
        },
        {
          label: t('columns.amount'),
          numeric: true,
          text: (row) => (currency ? format.amount(row.amount, currency) : NONE),
          value: (row) => row.amount,
        },
        {
          label: t('insights.median'),
          numeric: true,
          text: (row) => (row.median_days === null ? NONE : format.days(row.median_days, 1)),
          value: (row) => row.median_days,
        },
        {
          label: t('insights.won'),
          numeric: true,
          text: (row) => format.percent(row.share_won),
          value: (row) => row.share_won,
        },
      ]}
      tableRows={rows}
      fileName={`dispute-reasons-${found.to_on}`}
    >
      <RankedBars
        label={t('insights.byReason')}
        bars={drawn.map((row) => ({
          name: row.name,
          value: Number(row.amount),
          text: currency ? format.compactMoney(row.amount, currency) : NONE,
          detail: isOnly ? t('insights.disputes', { count: row.count }) : undefined,
          href: row.code ? `/disputes/?code=${row.code}` : undefined,
        }))}
      />
    </ChartFrame>
  )
}

/** How the disputes that ended did. */
export function OutcomeBars({ found }: { found: DisputeInsights }) {
  const t = useT('disputes')
  const words = useDisputeWords()
  const format = useFormat()
  const rows = [...found.outcomes].sort((a, b) => b.count - a.count)
  const all = rows.reduce((sum, row) => sum + row.count, 0)
  const first = rows[0]
  return (
    <ChartFrame
      title={t('insights.outcomes')}
      summary={
        first &&
        t('insights.outcomesSummary', {
          outcome: words.outcome(first.outcome),
          share: format.percent(first.count / all),
          count: all,
        })
      }
      tableColumns={[
        { label: t('move.outcome'), text: (row) => words.outcome(row.outcome), value: (row) => row.outcome },
        {
          label: t('insights.count'),
          numeric: true,
          text: (row) => format.number(row.count),
          value: (row) => row.count,
        },
      ]}
      tableRows={rows}
      fileName={`dispute-outcomes-${found.to_on}`}
      empty={t('empty.ended')}
    >
      <RankedBars
        label={t('insights.outcomes')}
        bars={rows.map((row) => ({
          name: words.outcome(row.outcome),
          value: row.count,
          text: format.number(row.count),
        }))}
      />
    </ChartFrame>
  )
}

/** How many disputes were opened and resolved, month by month. */
export function TimeLines({ found }: { found: DisputeInsights }) {
  const t = useT('disputes')
  const format = useFormat()
  const rows = found.by_month
  const opened = rows.map((row) => row.opened)
  const resolved = rows.map((row) => row.resolved)
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)
  return (
    <ChartFrame
      title={t('insights.byMonth')}
      summary={t('insights.byMonthSummary', { opened: sum(opened), resolved: sum(resolved) })}
      tableColumns={[
        { label: t('insights.month'), text: (row) => format.month(row.month), value: (row) => row.month },
        {
          label: t('insights.opened'),
          numeric: true,
          text: (row) => format.number(row.opened),
          value: (row) => row.opened,
        },
        {
          label: t('status.resolved'),
          numeric: true,
          text: (row) => format.number(row.resolved),
          value: (row) => row.resolved,
        },
      ]}
      tableRows={rows}
      fileName={`disputes-by-month-${found.to_on}`}
    >
      <LevelLines
        places={rows.map((row) => format.month(row.month))}
        series={[
          { name: t('insights.opened'), values: opened, kind: 'measured' },
          { name: t('status.resolved'), values: resolved, kind: 'compared' },
        ]}
        text={(value) => format.number(value)}
        scale={amountScale([...opened, ...resolved])}
        label={t('insights.byMonth')}
      />
    </ChartFrame>
  )
}
