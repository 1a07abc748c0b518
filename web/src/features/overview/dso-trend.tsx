'use client'

import { ChartFrame } from '@/components/charts/chart-frame'
import { levelScale } from '@/components/charts/chart-utils'
import { LevelLines } from '@/components/charts/level-lines'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import type { CurrencyOverview } from './api'

/** Days sales outstanding at the end of the last months. */
export function DsoTrend({ chosen }: { chosen: CurrencyOverview }) {
  const t = useT('overview')
  const format = useFormat()
  const values = chosen.trend.map((month) => (month.dso === null ? null : Number(month.dso)))
  const known = values.filter((value) => value !== null)
  const { domain } = levelScale(values)
  const summary = known.length
    ? t('trend.summary', {
        now: format.days(known.at(-1), 1),
        least: format.number(Math.min(...known), 1),
        most: format.number(Math.max(...known), 1),
      })
    : ''
  return (
    <ChartFrame
      title={t('trend.title')}
      unit={t('trend.unit')}
      summary={
        <>
          {summary} {t('trend.axis', { from: format.number(domain[0]), to: format.number(domain[1]) })}
        </>
      }
      tableColumns={[
        { label: t('trend.month'), text: (row) => format.month(row.month), value: (row) => row.month },
        {
          label: t('trend.dso'),
          numeric: true,
          text: (row) => format.fixed(row.dso, 1),
          value: (row) => row.dso,
        },
      ]}
      tableRows={known.length ? chosen.trend : []}
      fileName={`dso-${chosen.currency}`}
      empty={t('dso.noSales')}
    >
      <LevelLines
        places={chosen.trend.map((month) => format.month(month.month))}
        series={[{ name: t('trend.dso'), values, kind: 'measured' }]}
        text={(value) => format.number(value, 1)}
        label={summary}
      />
    </ChartFrame>
  )
}
