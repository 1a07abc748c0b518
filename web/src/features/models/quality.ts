import { z } from 'zod'
import type { CalibrationBin } from '@/components/charts/calibration-plot'
import type { Accuracy, Model } from './api'

/** Errors of one model, and of the rule of thumb beside it. Null where nothing says so. */
export interface Quality {
  n: number
  mae: number | null
  maeNaive: number | null
  brier: number | null
  brierNaive: number | null
  /** The share of payments that fell between P10 and P90; 80 % should. */
  coverage: number | null
  ece: number | null
  bins: CalibrationBin[]
  segments: Segment[]
  /** Whether it is of forecasts that were made, or of the newest part of the history, held back in training. */
  source: 'record' | 'backtest'
}

export interface Segment {
  kind: string
  value: string
  n: number
  mae: number | null
  maeNaive: number | null
  coverage: number | null
  brier: number | null
  brierNaive: number | null
}

/** What the range of a forecast promises to hold. */
export const TARGET_COVERAGE = 0.8
/** Coverage this far from the target is worth saying: of some hundred payments, chance alone brings as much. */
export const COVERAGE_MARGIN = 0.05

const measured = z.object({
  n: z.number(),
  mae: z.number().nullable(),
  brier: z.number().nullable(),
  coverage: z.number().nullable(),
  ece: z.number().nullable(),
})
const backtest = z.object({
  model: measured,
  customer_median: measured,
  calibration: z.array(z.object({ n: z.number(), p_mean: z.number(), share_paid: z.number() })).default([]),
  errors: z
    .array(
      z.object({
        n: z.number(),
        label: z.string(),
        mae: z.number().nullable(),
        mae_customer_median: z.number().nullable(),
      }),
    )
    .default([]),
})

/** What forecasts have proved to be worth; null while none of them has met its truth. */
export function qualityOf({ overall, reliability, segments }: Accuracy): Quality | null {
  if (overall.n === 0) return null
  return {
    n: overall.n,
    mae: overall.mae,
    maeNaive: overall.mae_naive,
    brier: overall.brier,
    brierNaive: overall.brier_naive,
    coverage: overall.coverage,
    ece: overall.ece,
    bins: reliability.map(({ n, p_mean, share_paid }) => ({ n, forecast: p_mean, observed: share_paid })),
    segments: segments.map((each) => ({
      kind: each.segment,
      value: each.value,
      n: each.n,
      mae: each.mae,
      maeNaive: each.mae_naive,
      coverage: each.coverage,
      brier: each.brier,
      brierNaive: each.brier_naive,
    })),
    source: 'record',
  }
}

/** What a model's backtest promises; null for one that has none, or one of an older shape. */
export function backtestOf(model: Model): Quality | null {
  const read = backtest.safeParse(model.backtest)
  if (!read.success) return null
  const { model: own, customer_median: naive, calibration, errors } = read.data
  return {
    n: own.n,
    mae: own.mae,
    maeNaive: naive.mae,
    brier: own.brier,
    brierNaive: naive.brier,
    coverage: own.coverage,
    ece: own.ece,
    bins: calibration.map(({ n, p_mean, share_paid }) => ({ n, forecast: p_mean, observed: share_paid })),
    segments: errors.map((each) => ({
      kind: 'backtest',
      value: each.label,
      n: each.n,
      mae: each.mae,
      maeNaive: each.mae_customer_median,
      coverage: null,
      brier: null,
      brierNaive: null,
    })),
    source: 'backtest',
  }
}

/** How much smaller an error is than another, as a ratio of it; below 0, larger. */
export const gain = (own: number | null, naive: number | null): number | null =>
  own === null || naive === null || naive === 0 ? null : 1 - own / naive

/** Errors by month of payment, over all backends that forecast in it, oldest first. */
export function byMonth({ months }: Accuracy): { month: string; n: number; mae: number; maeNaive: number }[] {
  const sums = new Map<string, { n: number; error: number; naive: number }>()
  for (const { month, n, mae, mae_naive } of months) {
    if (mae === null || mae_naive === null) continue
    const sum = sums.get(month) ?? { n: 0, error: 0, naive: 0 }
    sums.set(month, { n: sum.n + n, error: sum.error + mae * n, naive: sum.naive + mae_naive * n })
  }
  return [...sums]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([month, { n, error, naive }]) => ({ month, n, mae: error / n, maeNaive: naive / n }))
}

const shift = z.object({ psi: z.record(z.string(), z.number()), shifted: z.array(z.string()) })

/** How far each input has moved since training, the furthest first; null where it was not measured. */
export function shiftOf(model: Model): { feature: string; index: number; isShifted: boolean }[] | null {
  const read = shift.safeParse(model.drift?.input)
  if (!read.success) return null
  return Object.entries(read.data.psi)
    .map(([feature, index]) => ({ feature, index, isShifted: read.data.shifted.includes(feature) }))
    .sort((a, b) => b.index - a.index)
}
