'use client'

import { Empty } from '@/components/empty'
import { NextStep } from '@/components/next-step'
import { Button } from '@/components/ui/button'
import { cn } from '@/lib/cn'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import type { Contact, Overview } from './api'

/** The customers whom to contact is worth most, each with what to do and why. */
export function CollectFirst({ overview, className }: { overview: Overview; className?: string }) {
  const t = useT('overview')
  const { items, home_currency: home } = overview.contacts
  return (
    <section
      aria-labelledby="collect-first"
      className={cn('flex min-w-0 flex-col rounded-lg border bg-card p-4', className)}
    >
      <div className="flex min-h-8 items-center justify-between gap-2">
        <h2 id="collect-first" className="text-sm font-semibold">
          {t('collect.title')}
        </h2>
        <Button asChild variant="ghost" size="sm">
          <Link href="/worklist/">{t('collect.all')}</Link>
        </Button>
      </div>
      {items.length === 0 || !home ? (
        <Empty title={t('collect.empty')} className="flex-1 justify-center" />
      ) : (
        <ol className="divide-y">
          {items.map((item) => (
            <li
              key={item.customer_id}
              className="grid grid-cols-[minmax(0,1fr)_auto] items-baseline gap-x-4 py-2 sm:grid-cols-[minmax(0,1fr)_8.5rem_6.5rem]"
            >
              <div className="min-w-0">
                <Link
                  href={`/customers/view/?id=${item.customer_id}`}
                  className="block truncate font-medium hover:underline"
                >
                  {item.customer_name}
                </Link>
                <p className="line-clamp-2 text-xs text-muted-foreground sm:line-clamp-1">{item.why}</p>
              </div>
              <NextStep step={item.next_step} className="max-sm:order-3 max-sm:col-span-2 max-sm:text-xs" />
              <Owed amounts={item.amounts} />
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}

/** What of it is overdue; where nothing is, what is open. */
function Owed({ amounts }: { amounts: Contact['amounts'] }) {
  const t = useT('overview')
  const format = useFormat()
  const overdue = amounts.filter((amount) => Number(amount.overdue) > 0)
  const shown = overdue.length ? overdue : amounts
  return (
    <div className="text-right">
      {shown.map((amount) => (
        <p key={amount.currency}>
          {format.compactMoney(overdue.length ? amount.overdue : amount.open, amount.currency)}
        </p>
      ))}
      <p className="text-xs text-muted-foreground">
        {t(overdue.length ? 'collect.overdue' : 'collect.open')}
      </p>
    </div>
  )
}
