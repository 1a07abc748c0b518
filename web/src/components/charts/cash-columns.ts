import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import type { ChartColumn } from './csv'
import type { CashPoint } from './drawings/cash-fan'

interface CashColumnsOptions {
  currency: string
  by: 'day' | 'week' | 'month'
  /** With what had been forecast of past periods. */
  withEarlier?: boolean
}

/** The columns of a table of receipts by period; amounts in the one currency. */
export function useCashColumns({
  currency,
  by,
  withEarlier = false,
}: CashColumnsOptions): ChartColumn<CashPoint>[] {
  const t = useT('charts')
  const format = useFormat()
  const amount = (
    label: string,
    of: (point: CashPoint) => number | null | undefined,
  ): ChartColumn<CashPoint> => ({
    label,
    numeric: true,
    text: (point) => format.amount(of(point)?.toFixed(2), currency),
    value: (point) => of(point)?.toFixed(2) ?? null,
  })
  return [
    {
      label: t(`by.${by}`),
      text: ({ startsOn, endsOn }) =>
        by === 'day'
          ? format.day(startsOn)
          : by === 'month'
            ? format.month(startsOn)
            : format.range(startsOn, endsOn),
      value: ({ startsOn }) => startsOn,
    },
    amount(t('received'), (point) => point.actual),
    ...(withEarlier
      ? [
          amount(t('earlierMedian'), (point) => point.earlier?.p50),
          amount(t('earlierP10'), (point) => point.earlier?.p10),
          amount(t('earlierP90'), (point) => point.earlier?.p90),
        ]
      : []),
    amount('P10', (point) => point.expected?.p10),
    amount('P50', (point) => point.expected?.p50),
    amount('P90', (point) => point.expected?.p90),
  ]
}
