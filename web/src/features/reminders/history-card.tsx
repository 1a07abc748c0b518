'use client'

import { Region } from '@/components/region'
import { Card, CardContent, CardHeader, CardTitle } from '@/components/ui/card'
import { Skeleton } from '@/components/ui/skeleton'
import { cn } from '@/lib/cn'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { type ReminderEvent, useReminderEvents } from './api'

const DOTS: Partial<Record<ReminderEvent['kind'], string>> = {
  approved: 'bg-primary',
  scheduled: 'bg-primary',
  sent: 'bg-positive',
  delivered: 'bg-positive',
  replied: 'bg-positive',
  uncertain: 'bg-negative',
  failed: 'bg-negative',
  bounced: 'bg-negative',
  complained: 'bg-negative',
  unsubscribed: 'bg-warning',
  deferred: 'bg-warning',
  delayed: 'bg-warning',
  returned: 'bg-warning',
}

/** Who acts by a name of their own: people, and programs that people set up. */
const PEOPLE = ['person', 'key', 'client']

/** All that happened to a reminder, the newest first. */
export function HistoryCard({ reminderId }: { reminderId: string }) {
  const t = useT('reminders')
  const format = useFormat()
  const query = useReminderEvents(reminderId)
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t('history.title')}</CardTitle>
      </CardHeader>
      <CardContent>
        <Region query={query} skeleton={<Skeleton className="h-40 w-full" />}>
          {({ items }) => (
            <ol className="flex flex-col">
              {[...items].reverse().map((event) => (
                <li
                  key={event.id}
                  className="relative flex gap-3 pb-3 last:pb-0 [&:last-child>span:first-child]:hidden"
                >
                  <span aria-hidden className="absolute top-4 bottom-0 left-[3px] w-px bg-border" />
                  <span
                    aria-hidden
                    className={cn('mt-1.5 size-[7px] shrink-0 rounded-full', DOTS[event.kind] ?? 'bg-actual')}
                  />
                  <div className="min-w-0">
                    <p>
                      {t(`event.${event.kind}`)}{' '}
                      <span className="text-muted-foreground">
                        {t('history.by', {
                          name: PEOPLE.includes(event.by_kind) ? event.by : t('history.hub'),
                        })}
                      </span>
                    </p>
                    {sentenceOf(event) && (
                      <p className="wrap-anywhere text-muted-foreground">{sentenceOf(event)}</p>
                    )}
                    <time dateTime={event.at} className="text-xs text-muted-foreground">
                      {format.instant(event.at)}
                    </time>
                  </div>
                </li>
              ))}
            </ol>
          )}
        </Region>
      </CardContent>
    </Card>
  )
}

/** Why it happened, where the hub says so. */
function sentenceOf({ after }: ReminderEvent): string | null {
  const reason: unknown = after?.reason
  if (typeof reason === 'object' && reason !== null && 'sentence' in reason) return String(reason.sentence)
  return typeof after?.detail === 'string' ? after.detail : null
}
