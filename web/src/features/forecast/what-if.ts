import type { CashPoint } from '@/components/charts/cash-fan'
import type { Compared, ComparedPeriod } from './api'

/** The periods of one currency under a scenario; empty where it is about another. */
export const periodsOf = (compared: Compared | undefined, currency: string): ComparedPeriod[] =>
  compared?.currencies.find((each) => each.currency === currency)?.periods ?? []

/**
 * The same points with what they would be if things were otherwise. The range and median become those that the scenario
 * was drawn beside, so that the two lines differ by the changes alone and not by chance.
 */
export function withWhatIf(points: CashPoint[], periods: ComparedPeriod[]): CashPoint[] {
  const of = new Map(periods.map((period) => [period.ends_on, period]))
  return points.map((point) => {
    const period = of.get(point.endsOn)
    if (!period || !point.expected) return point
    const { base, scenario } = period
    return {
      ...point,
      expected: { p10: Number(base.p10), p50: Number(base.p50 ?? base.expected), p90: Number(base.p90) },
      whatIf: Number(scenario.p50 ?? scenario.expected),
    }
  })
}

/** By how much the expected receipts of all periods shown change together. Means add up, ranges do not. */
export const totalDifference = (periods: ComparedPeriod[]): number =>
  periods.reduce((sum, { difference }) => sum + Number(difference.expected), 0)

/** Whether any period changes by a cent or more. */
export const hasEffect = (periods: ComparedPeriod[]): boolean =>
  periods.some(({ difference }) => Math.abs(Number(difference.expected)) >= 0.01)
