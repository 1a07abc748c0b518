'use client'

import { MoreHorizontalIcon } from 'lucide-react'
import { Button } from '@/components/ui/button'
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuShortcut,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu'
import { useT } from '@/lib/i18n'
import { useRouter } from '@/lib/nav'
import { useSession } from '@/lib/session'
import type { Contact } from './api'
import { useSharedWork } from './use-work'

/** What can be done about a customer, as a menu in its row. */
export function RowActions({ contact }: { contact: Contact }) {
  const work = useSharedWork()
  const t = useT('worklist')
  const c = useT('contacts')
  const router = useRouter()
  const { user } = useSession()
  const isMine = contact.owner?.id === user.id
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button
          variant="ghost"
          size="icon"
          className="size-7"
          aria-label={t('row.actionsFor', { name: contact.customer_name })}
        >
          <MoreHorizontalIcon className="size-4" aria-hidden />
        </Button>
      </DropdownMenuTrigger>
      {/* A click in the menu is none on the row that the menu stands in. */}
      <DropdownMenuContent align="end" onClick={(event) => event.stopPropagation()}>
        {work.canRemind && (
          <DropdownMenuItem onSelect={() => work.remind(contact)}>
            {t('row.remind')}
            <DropdownMenuShortcut>R</DropdownMenuShortcut>
          </DropdownMenuItem>
        )}
        {work.canNote && (
          <DropdownMenuItem onSelect={() => work.ask('log', contact)}>
            {c('log.action')}
            <DropdownMenuShortcut>L</DropdownMenuShortcut>
          </DropdownMenuItem>
        )}
        {work.canPromise && (
          <DropdownMenuItem onSelect={() => work.ask('promise', contact)}>
            {t('row.promise')}
            <DropdownMenuShortcut>P</DropdownMenuShortcut>
          </DropdownMenuItem>
        )}
        {work.canMark && (
          <>
            {contact.snoozed_until ? (
              <DropdownMenuItem onSelect={() => work.wake(contact)}>{t('row.wake')}</DropdownMenuItem>
            ) : (
              <DropdownMenuItem onSelect={() => work.ask('snooze', contact)}>
                {t('row.snooze')}
                <DropdownMenuShortcut>S</DropdownMenuShortcut>
              </DropdownMenuItem>
            )}
            <DropdownMenuItem
              onSelect={() =>
                work.assign(contact, isMine ? null : { id: user.id, name: user.name || user.email })
              }
            >
              {isMine ? t('row.unassign') : t('row.assign')}
            </DropdownMenuItem>
          </>
        )}
        <DropdownMenuSeparator />
        <DropdownMenuItem onSelect={() => router.push(`/customers/view/?id=${contact.customer_id}`)}>
          {t('row.open')}
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  )
}
