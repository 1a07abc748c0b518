'use client'

import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'

export interface AgingBucket {
  /** What the bucket is called: Current, 1–30. */
  name: string
  amount: string
  invoices: number
  /** Where its invoices are listed. */
  href?: string
}

const RAMP = ['bg-aging-1', 'bg-aging-2', 'bg-aging-3', 'bg-aging-4', 'bg-aging-5']

/** What is open by age, the youngest first; each bar leads to its invoices. */
export function AgingBars({ buckets, currency }: { buckets: AgingBucket[]; currency: string }) {
  const t = useT('charts')
  const format = useFormat()
  const most = Math.max(...buckets.map((bucket) => Number(bucket.amount)), 0) || 1
  return (
    <ul className="flex h-full flex-col justify-between">
      {buckets.map((bucket, at) => {
        const content = (
          <>
            <span className="flex items-baseline justify-between gap-2">
              <span>
                {bucket.name}
                <span className="ml-2 text-xs text-muted-foreground">
                  {t('invoices', { count: bucket.invoices })}
                </span>
              </span>
              <span className="font-medium">{format.compactMoney(bucket.amount, currency)}</span>
            </span>
            <span className="mt-1 block h-2 overflow-hidden rounded-sm bg-muted" aria-hidden>
              <span
                className={`block h-full rounded-sm ${RAMP[at] ?? RAMP.at(-1)}`}
                style={{ width: `${(100 * Math.max(0, Number(bucket.amount))) / most}%` }}
              />
            </span>
          </>
        )
        return (
          <li key={bucket.name}>
            {bucket.href && bucket.invoices > 0 ? (
              <Link href={bucket.href} className="-mx-2 block rounded-md px-2 py-1 hover:bg-accent">
                {content}
              </Link>
            ) : (
              <span className="block py-1">{content}</span>
            )}
          </li>
        )
      })}
    </ul>
  )
}
