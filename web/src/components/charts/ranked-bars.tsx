'use client'

import { Link } from '@/lib/nav'

export interface RankedBar {
  name: string
  value: number
  /** The value as people read it. */
  text: string
  /** What stands small beside the name. */
  detail?: string
  /** Where what the bar counts is listed. */
  href?: string
}

/** Bars one below the other, the longest first as they are given; each leads to what it counts. */
export function RankedBars({ bars, label }: { bars: RankedBar[]; label: string }) {
  const most = Math.max(...bars.map(({ value }) => value), 0) || 1
  return (
    <ul aria-label={label} className="flex h-full flex-col justify-start gap-1 overflow-y-auto">
      {bars.map((bar) => {
        const content = (
          <>
            <span className="flex items-baseline justify-between gap-2">
              <span className="min-w-0 truncate">
                {bar.name}
                {bar.detail && <span className="ml-2 text-xs text-muted-foreground">{bar.detail}</span>}
              </span>
              <span className="font-medium whitespace-nowrap">{bar.text}</span>
            </span>
            <span className="mt-1 block h-2 overflow-hidden rounded-sm bg-muted" aria-hidden>
              <span
                className="block h-full rounded-sm bg-actual"
                style={{ width: `${(100 * Math.max(0, bar.value)) / most}%` }}
              />
            </span>
          </>
        )
        return (
          <li key={bar.name}>
            {bar.href ? (
              <Link href={bar.href} className="block rounded-md px-2 py-1 -outline-offset-2! hover:bg-accent">
                {content}
              </Link>
            ) : (
              <span className="block px-2 py-1">{content}</span>
            )}
          </li>
        )
      })}
    </ul>
  )
}
