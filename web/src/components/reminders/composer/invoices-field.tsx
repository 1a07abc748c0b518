'use client'

import { useId } from 'react'
import { Region } from '@/components/region'
import { Checkbox } from '@/components/ui/checkbox'
import { Skeleton } from '@/components/ui/skeleton'
import { api } from '@/lib/api'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'

/** So many invoices fit into one reminder. */
export const MOST_INVOICES = 100

/** A customer's open invoices, the oldest due first. */
export const useInvoicesToAsk = (customerId: string | null) =>
  api.useQuery(
    'get',
    '/api/invoices',
    {
      params: {
        query: { customer_id: customerId ?? '', open: true, sort: 'due_on', limit: MOST_INVOICES },
      },
    },
    { enabled: customerId !== null },
  )

interface Props {
  customerId: string
  chosen: readonly string[]
  onChange: (ids: string[]) => void
  error?: string
}

/** Which of a customer's open invoices a reminder asks for. */
export function InvoicesField({ customerId, chosen, onChange, error }: Props) {
  const t = useT('reminders')
  const format = useFormat()
  const label = useId()
  const query = useInvoicesToAsk(customerId)
  return (
    <div role="group" aria-labelledby={label} className="flex min-w-0 flex-col gap-2">
      <p id={label} className="text-sm font-medium">
        {t('compose.invoices')}
      </p>
      <Region
        query={query}
        skeleton={<Skeleton className="h-24 w-full" />}
        isEmpty={({ items }) => items.length === 0}
        empty={<p className="text-muted-foreground">{t('compose.nothingOpen')}</p>}
      >
        {({ items, next_cursor: more }) => (
          <>
            <ul className="max-h-48 divide-y overflow-y-auto rounded-md border">
              {items.map((each) => {
                const id = `${label}-${each.id}`
                return (
                  <li key={each.id} className="flex items-center gap-3 px-3 py-1.5">
                    <Checkbox
                      id={id}
                      checked={chosen.includes(each.id)}
                      onCheckedChange={(isChosen) =>
                        onChange(
                          isChosen === true
                            ? items
                                .map((item) => item.id)
                                .filter((item) => item === each.id || chosen.includes(item))
                            : chosen.filter((item) => item !== each.id),
                        )
                      }
                    />
                    <label htmlFor={id} className="flex min-w-0 flex-1 flex-wrap justify-between gap-x-4">
                      <span>
                        <span className="font-medium">{each.number}</span>{' '}
                        <span className="text-muted-foreground">
                          {each.days_overdue > 0
                            ? t('compose.overdue', { days: format.days(each.days_overdue) })
                            : t('compose.due', { day: format.day(each.due_on) })}
                          {each.disputed && ` · ${t('compose.disputed')}`}
                        </span>
                      </span>
                      <span>{format.money(each.balance, each.currency)}</span>
                    </label>
                  </li>
                )
              })}
            </ul>
            {more !== null && (
              <p className="text-xs text-muted-foreground">{t('compose.oldest', { count: items.length })}</p>
            )}
          </>
        )}
      </Region>
      {error && (
        <p role="alert" className="text-xs text-negative">
          {error}
        </p>
      )}
    </div>
  )
}
