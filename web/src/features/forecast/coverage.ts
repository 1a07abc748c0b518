import { type Before, earlierOf } from '@/components/charts/cash-points'
import type { CurrencyCashFlow } from './api'

export interface Coverage {
  /** Past periods of which a forecast had been made. */
  periods: number
  /** Of these, those whose receipts fell into the 80 % range. */
  held: number
  /** Receipts less the median that had been forecast, added up over them. */
  off: number
}

/**
 * How often the range that had been forecast held what came in, on the invoices that were known then; null where no
 * forecast was made early enough.
 */
export function coverageOf(flow: CurrencyCashFlow, before: Before): Coverage | null {
  const known = flow.actual.flatMap((period) => earlierOf(period, before) ?? [])
  if (known.length === 0) return null
  return {
    periods: known.length,
    held: known.filter(({ came, p10, p90 }) => Number(p10) <= Number(came) && Number(came) <= Number(p90))
      .length,
    off: known.reduce((sum, { came, p50, expected }) => sum + Number(came) - Number(p50 ?? expected), 0),
  }
}
