'use client'

import { useMemo } from 'react'
import { columnsOf, RowLink } from '@/components/data-table'
import { DeliveryMark, reminderName, ReminderStatusMark, Sums } from '@/components/reminders/marks'
import type { ReminderItem } from '@/components/reminders/api'
import { useReminderWords } from '@/components/reminders/words'
import { NONE, useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import type { Tab } from './filters'

/** Columns that are there for who asks for them. */
const HIDDEN_COLUMNS = ['kind', 'language', 'recipients']
/** Where why it is so is the first thing to know. */
const WITH_REASON: readonly Tab[] = ['failed', 'skipped', 'scheduled']
export const hiddenColumns = (tab: Tab) =>
  WITH_REASON.includes(tab) ? HIDDEN_COLUMNS : [...HIDDEN_COLUMNS, 'reason']

const column = columnsOf<ReminderItem>()

/** The columns of a tab's list: when what is to go out does, and what became of what went. */
export function useReminderColumns(tab: Tab) {
  const t = useT('reminders')
  const words = useReminderWords()
  const format = useFormat()
  return useMemo(() => {
    const isSent = tab === 'sent'
    return column.columns([
      column.accessor('number', {
        enableHiding: false,
        meta: { label: t('columns.number'), stack: 'title' },
        cell: ({ row: { original } }) => (
          <RowLink href={`/reminders/view/?id=${original.id}`}>{reminderName(original)}</RowLink>
        ),
      }),
      column.display({
        id: 'when',
        meta: isSent
          ? { label: t('columns.sent'), sort: 'sent_at' }
          : { label: t('columns.scheduled'), sort: 'scheduled_at' },
        cell: ({ row: { original } }) => (
          <span className="whitespace-nowrap">
            {format.instant(isSent ? original.sent_at : original.scheduled_at)}
          </span>
        ),
      }),
      column.display({
        id: 'customer',
        meta: { label: t('columns.customer'), sort: 'customer', grow: true, stack: 'subtitle' },
        cell: ({ row: { original } }) => (
          <Link
            href={`/customers/view/?id=${original.customer_id}`}
            className="inline-block max-w-full truncate align-bottom leading-6 underline-offset-4 hover:underline"
          >
            {original.customer_name ?? NONE}
          </Link>
        ),
      }),
      column.accessor('totals', {
        id: 'amount',
        meta: { label: t('columns.amount'), sort: 'amount', align: 'end', stack: 'aside' },
        cell: ({ getValue }) => <Sums sums={getValue()} />,
      }),
      column.accessor('subject', {
        meta: { label: t('columns.subject') },
        cell: ({ getValue }) => (
          <span className="inline-block max-w-80 truncate align-bottom">{getValue() ?? NONE}</span>
        ),
      }),
      column.accessor('tone', {
        meta: { label: t('columns.tone') },
        cell: ({ getValue }) => words.tone(getValue()),
      }),
      column.display({
        id: 'state',
        meta: { label: isSent ? t('columns.delivery') : t('columns.status') },
        cell: ({ row: { original } }) =>
          isSent ? (
            <span className="inline-flex items-baseline gap-2 whitespace-nowrap">
              <DeliveryMark delivery={original.delivery} />
              {original.replied_at && <span className="text-muted-foreground">{t('delivery.replied')}</span>}
            </span>
          ) : (
            <ReminderStatusMark status={original.status} />
          ),
      }),
      column.display({
        id: 'reason',
        meta: { label: t('columns.reason') },
        cell: ({ row: { original } }) => (
          <span className="inline-block max-w-96 truncate align-bottom" title={original.reason?.sentence}>
            {original.reason?.sentence ?? NONE}
          </span>
        ),
      }),
      column.accessor('kind', {
        meta: { label: t('columns.kind') },
        cell: ({ getValue }) => words.kind(getValue()),
      }),
      column.accessor('language', {
        meta: { label: t('columns.language') },
        cell: ({ getValue }) => getValue(),
      }),
      column.accessor('recipients', {
        meta: { label: t('columns.recipients') },
        cell: ({ getValue }) =>
          getValue()
            .map(({ email }) => email)
            .join(', ') || NONE,
      }),
    ])
  }, [format, t, tab, words])
}
