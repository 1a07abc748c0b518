'use client'

import { useReminder } from '@/components/reminders/api'
import { reminderName, ReminderStatusMark } from '@/components/reminders/marks'
import { Region } from '@/components/region'
import { Button } from '@/components/ui/button'
import {
  Sheet,
  SheetContent,
  SheetDescription,
  SheetFooter,
  SheetHeader,
  SheetTitle,
} from '@/components/ui/sheet'
import { Skeleton } from '@/components/ui/skeleton'
import { NONE } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import { ReminderFacts } from './facts-card'
import { ReminderMessage } from './message'

/** A look into a reminder beside the list. */
export function ReminderPeek({ id, onClose }: { id: string | null; onClose: () => void }) {
  return (
    <Sheet open={id !== null} onOpenChange={(open) => !open && onClose()}>
      {id !== null && <Peeked id={id} />}
    </Sheet>
  )
}

function Peeked({ id }: { id: string }) {
  const t = useT('reminders')
  const query = useReminder(id)
  const reminder = query.data
  return (
    <SheetContent>
      <SheetHeader>
        <SheetTitle>
          {reminder ? t('view.number', { name: reminderName(reminder) }) : t('view.title')}
        </SheetTitle>
        <SheetDescription>{reminder ? (reminder.customer_name ?? NONE) : t('peek.detail')}</SheetDescription>
      </SheetHeader>
      <Region query={query} skeleton={<Skeleton className="h-72 w-full" />}>
        {(found) => (
          <div className="flex flex-col gap-4">
            <ReminderStatusMark status={found.status} />
            {found.reason && <p>{found.reason.sentence}</p>}
            <ReminderFacts reminder={found} />
            <ReminderMessage reminder={found} />
          </div>
        )}
      </Region>
      <SheetFooter>
        <Button asChild>
          <Link href={`/reminders/view/?id=${id}`}>{t('peek.open')}</Link>
        </Button>
      </SheetFooter>
    </SheetContent>
  )
}
