'use client'

import { disputeName } from '@/components/disputes/marks'
import { useDisputeWords } from '@/components/disputes/words'
import { Card, CardContent, CardHeader, CardTitle } from '@/components/ui/card'
import { NONE, useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import type { Dispute } from './api'

/** How earlier disputes of the customer for the same reason ended; nothing where there are none. */
export function LookAlikesCard({ dispute }: { dispute: Dispute }) {
  const t = useT('disputes')
  const words = useDisputeWords()
  const format = useFormat()
  if (dispute.look_alikes.length === 0) return null
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t('alike.title')}</CardTitle>
      </CardHeader>
      <CardContent>
        <ul className="divide-y">
          {dispute.look_alikes.map((each) => (
            <li
              key={each.id}
              className="grid grid-cols-[auto_minmax(0,1fr)_auto] gap-x-3 py-1.5 first:pt-0 last:pb-0"
            >
              <Link
                href={`/disputes/view/?id=${each.id}`}
                className="text-primary underline-offset-4 hover:underline"
              >
                {disputeName(each)}
              </Link>
              <span>{each.outcome ? words.outcome(each.outcome) : words.status(each.status)}</span>
              <span className="text-right">
                {each.currency ? format.money(each.amount, each.currency) : NONE}
              </span>
            </li>
          ))}
        </ul>
      </CardContent>
    </Card>
  )
}
