/** After how many days the curve is read out beside it. */
export const READ_OUT = [7, 14, 30, 60, 90] as const

/** How likely payment is within so many days of the forecast; null beyond the curve. */
export function readOut(points: { p_paid: number }[], days: number): number | null {
  return points[days - 1]?.p_paid ?? null
}
