import type { components } from '@/lib/schema'
import type { CashPoint, CashRange } from './drawings/cash-fan'

type Actual = components['schemas']['ActualPeriod']
type Expected = components['schemas']['ExpectedPeriod']
type Earlier = components['schemas']['EarlierForecast']
/** How long before a past period the forecast was made that is shown beside what came. */
export type Before = '1' | '4'

interface Flow {
  actual: Actual[]
  forecast: Expected[]
}

/** Receipts of one currency as a chart takes them, oldest first; the running period has both kinds of figures. */
export function cashPoints(flow: Flow, before: Before | null = null): CashPoint[] {
  // By their ends: what is expected of a running month begins tomorrow, what came began on its first day.
  const points = new Map<string, CashPoint>()
  for (const period of flow.actual) {
    const earlier = before && earlierOf(period, before)
    points.set(period.ends_on, {
      startsOn: period.starts_on,
      endsOn: period.ends_on,
      actual: Number(period.amount),
      expected: null,
      earlier: earlier ? range(earlier) : null,
    })
  }
  for (const period of flow.forecast) {
    const known = points.get(period.ends_on)
    points.set(period.ends_on, {
      startsOn: known?.startsOn ?? period.starts_on,
      endsOn: period.ends_on,
      actual: known?.actual ?? null,
      earlier: known?.earlier ?? null,
      expected: range(period),
    })
  }
  return [...points.values()].sort((a, b) => a.startsOn.localeCompare(b.startsOn))
}

/** What had been forecast of a past period so many weeks before it; null where no run was made then. */
export function earlierOf(period: Actual, before: Before): Earlier | null {
  return (before === '1' ? period.forecast_1_week_before : period.forecast_4_weeks_before) ?? null
}

function range(figures: { p10: string; p50?: string; p90: string }): CashRange {
  return {
    p10: Number(figures.p10),
    p50: figures.p50 === undefined ? null : Number(figures.p50),
    p90: Number(figures.p90),
  }
}
