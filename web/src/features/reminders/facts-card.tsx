'use client'

import type { Reminder } from '@/components/reminders/api'
import { DeliveryMark, Sums } from '@/components/reminders/marks'
import { useReminderWords } from '@/components/reminders/words'
import { Facts } from '@/components/definition-list'
import { NONE, useFormat } from '@/lib/format'
import { useLocale, useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'

/** To whom, when, how and why a reminder goes out. */
export function ReminderFacts({ reminder, className }: { reminder: Reminder; className?: string }) {
  const t = useT('reminders')
  const words = useReminderWords()
  const format = useFormat()
  const { locale } = useLocale()
  const addresses = (people: Reminder['recipients']) =>
    people.map(({ name, email }) => (name ? `${name} <${email}>` : email)).join(', ') || NONE
  return (
    <Facts
      className={className}
      items={[
        { label: t('columns.recipients'), value: addresses(reminder.recipients) },
        ...(reminder.cc.length > 0 ? [{ label: t('facts.cc'), value: addresses(reminder.cc) }] : []),
        { label: t('columns.amount'), value: <Sums sums={reminder.totals} /> },
        {
          label: reminder.sent_at ? t('columns.sent') : t('columns.scheduled'),
          value: format.instant(reminder.sent_at ?? reminder.scheduled_at),
        },
        ...(reminder.delivery
          ? [{ label: t('columns.delivery'), value: <DeliveryMark delivery={reminder.delivery} /> }]
          : []),
        ...(reminder.replied_at
          ? [{ label: t('facts.replied'), value: format.instant(reminder.replied_at) }]
          : []),
        {
          label: t('facts.why'),
          value:
            reminder.policy_id !== null ? (
              <>
                <Link
                  href={`/settings/reminder-policies/?id=${reminder.policy_id}`}
                  className="text-primary underline-offset-4 hover:underline"
                >
                  {reminder.policy_name ?? words.kind(reminder.kind)}
                </Link>
                {reminder.stage !== null && (
                  <span className="ml-2 text-muted-foreground">
                    {t('facts.stage', { stage: reminder.stage })}
                  </span>
                )}
              </>
            ) : (
              t('facts.composedBy', { name: reminder.created_by })
            ),
        },
        ...gainsOf(reminder).map(({ days, currency, basis }) => ({
          label: t('facts.gain'),
          value: t('facts.gainOf', { days: format.days(days, 1), currency, basis }),
        })),
        { label: t('columns.tone'), value: words.tone(reminder.tone) },
        {
          label: t('columns.language'),
          value:
            new Intl.DisplayNames([locale], { type: 'language' }).of(reminder.language) ?? reminder.language,
        },
        {
          label: t('columns.channel'),
          value: reminder.channel_name ?? t('compose.defaultChannel'),
        },
        {
          label: t('facts.approval'),
          value: reminder.approved_by
            ? t('facts.approvedBy', {
                name: reminder.approved_by,
                at: format.instant(reminder.approved_at),
              })
            : t(`approver.${reminder.approve}`),
        },
      ]}
    />
  )
}

/** What the policy expects of it, by currency: by how many days the money comes sooner, and whether that was measured. */
function gainsOf(reminder: Reminder): { days: number; currency: string; basis: 'measured' | 'assumed' }[] {
  return (reminder.expected_gain ?? []).flatMap(({ days, currency, basis }) =>
    (typeof days === 'number' || typeof days === 'string') && Number(days) > 0 && typeof currency === 'string'
      ? [{ days: Number(days), currency, basis: basis === 'measured' ? 'measured' : 'assumed' } as const]
      : [],
  )
}
