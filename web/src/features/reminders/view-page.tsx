'use client'

import { lazy, Suspense, useState } from 'react'
import { RecordSteps } from '@/components/data-table'
import { Page } from '@/components/page'
import { RecordPage, RecordSkeleton } from '@/components/records/record-page'
import { Region } from '@/components/region'
import { type Reminder, useReminder } from '@/components/reminders/api'
import { reminderName, ReminderStatusMark, Sums } from '@/components/reminders/marks'
import { Alert, AlertDescription, AlertTitle } from '@/components/ui/alert'
import { Button } from '@/components/ui/button'
import { Card, CardContent, CardHeader, CardTitle } from '@/components/ui/card'
import { NONE, useFormat } from '@/lib/format'
import { useActions } from '@/lib/hotkeys'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import { AttemptsCard } from './attempts-card'
import { ReminderFacts } from './facts-card'
import { HistoryCard } from './history-card'
import { ItemsTable } from './items-table'
import { ReminderMessage } from './message'
import { useSteps } from './use-steps'

// Forms come when they are asked for.
const Composer = lazy(() => import('@/components/reminders/composer/composer'))

export function ReminderPage() {
  const t = useT('reminders')
  return (
    <RecordPage
      words={{ title: t('view.title'), noId: t('view.noId'), toList: t('view.toList') }}
      list="/reminders/"
    >
      {(id) => <ReminderView key={id} id={id} />}
    </RecordPage>
  )
}

function ReminderView({ id }: { id: string }) {
  const t = useT('reminders')
  const query = useReminder(id)
  const reminder = query.data
  return (
    <Page
      title={reminder ? t('view.number', { name: reminderName(reminder) }) : t('view.title')}
      subtitle={
        reminder && (
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <Link
              href={`/customers/view/?id=${reminder.customer_id}`}
              className="font-medium text-primary underline-offset-4 hover:underline"
            >
              {reminder.customer_name ?? NONE}
            </Link>
            <ReminderStatusMark status={reminder.status} />
            <Sums sums={reminder.totals} />
          </span>
        )
      }
      actions={<RecordSteps name="reminders" id={id} path="/reminders/view/" />}
    >
      <Region query={query} skeleton={<RecordSkeleton />}>
        {(found) => <ReminderBody reminder={found} />}
      </Region>
    </Page>
  )
}

const NEEDS_SOMEBODY: readonly Reminder['status'][] = ['failed', 'uncertain']

function ReminderBody({ reminder }: { reminder: Reminder }) {
  const t = useT('reminders')
  return (
    <div className="grid min-w-0 gap-4 lg:grid-cols-3">
      <div className="flex min-w-0 flex-col gap-4 lg:col-span-2">
        {reminder.status === 'uncertain' && (
          <Alert variant="warning">
            <AlertTitle>{t('view.uncertain')}</AlertTitle>
            <AlertDescription>{t('view.uncertainDetail')}</AlertDescription>
          </Alert>
        )}
        {reminder.reason && (
          <Alert variant={NEEDS_SOMEBODY.includes(reminder.status) ? 'warning' : 'default'}>
            <AlertTitle>{t(`why.${reminder.status}`)}</AlertTitle>
            <AlertDescription>{reminder.reason.sentence}</AlertDescription>
          </Alert>
        )}
        <Card>
          <CardHeader>
            <CardTitle>{t('message.title')}</CardTitle>
          </CardHeader>
          <CardContent>
            <ReminderMessage reminder={reminder} />
          </CardContent>
        </Card>
        <Card className="pb-0">
          <CardHeader>
            <CardTitle>{t('items.title')}</CardTitle>
          </CardHeader>
          <CardContent className="px-0">
            <ItemsTable reminder={reminder} />
          </CardContent>
        </Card>
        <AttemptsCard reminder={reminder} />
      </div>
      <div className="flex min-w-0 flex-col gap-4">
        <StepsCard reminder={reminder} />
        <Card>
          <CardHeader>
            <CardTitle>{t('facts.title')}</CardTitle>
          </CardHeader>
          <CardContent>
            <ReminderFacts reminder={reminder} />
          </CardContent>
        </Card>
        <HistoryCard reminderId={reminder.id} />
      </div>
    </div>
  )
}

/** What can be done with the reminder now, by button and by key. */
function StepsCard({ reminder }: { reminder: Reminder }) {
  const t = useT('reminders')
  const format = useFormat()
  const [isEditing, setEditing] = useState(false)
  const steps = useSteps()
  const amount = reminder.totals.map((sum) => format.money(sum.amount, sum.currency)).join(' + ')
  const all = [
    { step: 'approve', keys: 'a', run: () => steps.approve(reminder) },
    { step: 'schedule', run: () => steps.send(reminder, amount) },
    { step: 'retry', run: () => steps.retry(reminder) },
    { step: 'update', keys: 'e', run: () => setEditing(true) },
    { step: 'reject', keys: 'r', run: () => steps.reject(reminder) },
    { step: 'skip', keys: 's', run: () => steps.skip(reminder) },
    { step: 'cancel', run: () => steps.cancel(reminder) },
  ] as const
  const offered = all.filter(({ step }) => reminder.steps.includes(step))
  const settles = reminder.steps.includes('settle')
  useActions(
    offered.map((each) => ({
      id: `reminder.${each.step}`,
      label: t(`step.${each.step}`),
      ...('keys' in each ? { keys: each.keys } : {}),
      run: each.run,
    })),
  )
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t('view.steps')}</CardTitle>
      </CardHeader>
      <CardContent className="flex flex-col gap-3">
        <ReminderStatusMark status={reminder.status} />
        <div className="flex flex-wrap gap-2 empty:hidden">
          {offered.map(({ step, run }, at) => (
            <Button
              key={step}
              size="sm"
              variant={at === 0 && step !== 'skip' ? 'default' : 'outline'}
              disabled={steps.isPending}
              onClick={run}
            >
              {t(`step.${step}`)}
            </Button>
          ))}
          {settles && (
            <>
              <Button size="sm" disabled={steps.isPending} onClick={() => steps.settle(reminder, true)}>
                {t('settle.sent')}
              </Button>
              <Button
                size="sm"
                variant="outline"
                disabled={steps.isPending}
                onClick={() => steps.settle(reminder, false)}
              >
                {t('settle.unsent')}
              </Button>
            </>
          )}
        </div>
      </CardContent>
      {steps.dialog}
      <Suspense>{isEditing && <Composer reminder={reminder} onClose={() => setEditing(false)} />}</Suspense>
    </Card>
  )
}
