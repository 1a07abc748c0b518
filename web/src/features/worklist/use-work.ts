'use client'

import { createContext, use, useState } from 'react'
import { useProblemText } from '@/components/problem-alert'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { useRouter } from '@/lib/nav'
import { useCan, useSession } from '@/lib/session'
import { toast } from '@/lib/toast'
import { type Contact, type Owner, useMark } from './api'

export type Asked = 'log' | 'snooze' | 'promise'

/** What can be done about a customer of the list, and which dialog is open for it. */
export function useWork() {
  const t = useT('worklist')
  const format = useFormat()
  const say = useProblemText()
  const router = useRouter()
  const { user } = useSession()
  const mark = useMark()
  const canMark = useCan('updateWorklistEntry')
  const canNote = useCan('addContactNote')
  const canPromise = useCan('createPromise')
  const canRemind = useCan('createReminder')
  const [dialog, setDialog] = useState<{ asked: Asked; contact: Contact } | null>(null)

  const refused = (error: unknown) => void toast.error(say(error).title, { description: say(error).detail })
  const change = (contact: Contact, body: Parameters<typeof mark.mutate>[0]['body'], done: () => void) =>
    mark.mutate(
      { params: { path: { customer_id: contact.customer_id } }, body },
      { onSuccess: done, onError: refused },
    )
  const wake = (contact: Contact) =>
    change(contact, { snoozed_until: null }, () =>
      toast.success(t('snooze.woken', { name: contact.customer_name })),
    )

  return {
    dialog,
    close: () => setDialog(null),
    userId: user.id,
    canMark,
    canNote,
    canPromise,
    canRemind,
    ask: (asked: Asked, contact: Contact) => setDialog({ asked, contact }),
    remind: (contact: Contact) => router.push(`/reminders/?compose=customer:${contact.customer_id}`),
    snooze: (contact: Contact, day: string) => {
      setDialog(null)
      change(contact, { snoozed_until: day }, () =>
        toast.success(t('snooze.done', { name: contact.customer_name, day: format.day(day) }), {
          action: { label: t('snooze.undo'), onClick: () => wake(contact) },
        }),
      )
    },
    wake,
    assign: (contact: Contact, owner: Owner | null) =>
      change(contact, { owner_id: owner?.id ?? null }, () =>
        toast.success(
          owner
            ? t('panel.assigned', { name: contact.customer_name, owner: owner.name })
            : t('panel.unassigned', { name: contact.customer_name }),
        ),
      ),
  }
}

export type Work = ReturnType<typeof useWork>

/** For the cells of the table, whose columns must not be made anew with each change of it. */
export const WorkContext = createContext<Work | null>(null)

export function useSharedWork(): Work {
  const work = use(WorkContext)
  if (!work) throw new Error('useSharedWork needs a WorkContext above it')
  return work
}
