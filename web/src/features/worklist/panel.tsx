'use client'

import { Timeline } from '@/components/contacts/timeline'
import { ReasonBars } from '@/components/ledger/reason-bars'
import { NextStep } from '@/components/next-step'
import { Region } from '@/components/region'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import {
  Sheet,
  SheetContent,
  SheetDescription,
  SheetFooter,
  SheetHeader,
  SheetTitle,
} from '@/components/ui/sheet'
import { Skeleton } from '@/components/ui/skeleton'
import { useFormat } from '@/lib/format'
import { useHotkeys } from '@/lib/hotkeys'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import { asProblem } from '@/lib/problem'
import { type Contact, INVOICES_SHOWN, useOpenInvoices, useOwners, useReasons } from './api'
import type { Work } from './use-work'

interface Props {
  contact: Contact | undefined
  work: Work
  onClose: () => void
}

/** A customer of the list beside it: why it is there, what is open, what happened, and what can be done. */
export function Panel({ contact, work, onClose }: Props) {
  return (
    <Sheet open={contact !== undefined} onOpenChange={(open) => !open && onClose()}>
      {contact && <Opened key={contact.customer_id} contact={contact} work={work} />}
    </Sheet>
  )
}

function Opened({ contact, work }: { contact: Contact; work: Work }) {
  const t = useT('worklist')
  const c = useT('contacts')
  const format = useFormat()
  useHotkeys(
    {
      ...(work.canRemind ? { r: () => work.remind(contact) } : {}),
      ...(work.canNote ? { l: () => work.ask('log', contact) } : {}),
      ...(work.canPromise ? { p: () => work.ask('promise', contact) } : {}),
      ...(work.canMark ? { s: () => work.ask('snooze', contact) } : {}),
    },
    // A dialog over the sheet has the keyboard to itself.
    { inDialog: true, enabled: work.dialog === null },
  )
  return (
    <SheetContent
      // On the sheet itself: in a field, letters would choose in it.
      onOpenAutoFocus={(event) => {
        event.preventDefault()
        ;(event.currentTarget as HTMLElement).focus()
      }}
    >
      <SheetHeader>
        <SheetTitle>{contact.customer_name}</SheetTitle>
        <SheetDescription>{contact.why}</SheetDescription>
      </SheetHeader>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <NextStep step={contact.next_step} />
        <span className="text-primary">
          {t('panel.chance', { chance: format.probability(contact.p_late30) })}
        </span>
        <Link
          href={`/customers/view/?id=${contact.customer_id}`}
          className="text-primary underline-offset-4 hover:underline"
        >
          {t('row.open')}
        </Link>
      </div>
      <OwnerField contact={contact} work={work} />
      <Reasons customerId={contact.customer_id} />
      <Invoices customerId={contact.customer_id} />
      <Timeline customerId={contact.customer_id} />
      <SheetFooter className="sticky -bottom-5 -mx-5 -mb-5 border-t bg-popover px-5 py-3">
        {work.canRemind && <Button onClick={() => work.remind(contact)}>{t('row.remind')}</Button>}
        {work.canNote && (
          <Button variant="outline" onClick={() => work.ask('log', contact)}>
            {c('log.action')}
          </Button>
        )}
        {work.canPromise && (
          <Button variant="outline" onClick={() => work.ask('promise', contact)}>
            {t('row.promise')}
          </Button>
        )}
        {work.canMark &&
          (contact.snoozed_until ? (
            <Button variant="outline" onClick={() => work.wake(contact)}>
              {t('row.wake')}
            </Button>
          ) : (
            <Button variant="outline" onClick={() => work.ask('snooze', contact)}>
              {t('row.snooze')}
            </Button>
          ))}
      </SheetFooter>
    </SheetContent>
  )
}

const NOBODY = 'nobody'

function OwnerField({ contact, work }: { contact: Contact; work: Work }) {
  const t = useT('worklist')
  const owners = useOwners()
  const { owner } = contact
  if (!work.canMark) {
    return (
      <p>
        <span className="text-muted-foreground">{t('panel.owner')}</span> {owner?.name ?? t('row.none')}
      </p>
    )
  }
  const people = owners.data?.items ?? []
  // Whoever has left still stands there until somebody else is chosen.
  const shown = owner && !people.some(({ id }) => id === owner.id) ? [owner, ...people] : people
  return (
    <Select
      value={owner?.id ?? NOBODY}
      onValueChange={(id) => work.assign(contact, shown.find((each) => each.id === id) ?? null)}
    >
      <Field label={t('panel.owner')}>
        <SelectTrigger>
          <SelectValue />
        </SelectTrigger>
      </Field>
      <SelectContent>
        <SelectItem value={NOBODY}>{t('row.none')}</SelectItem>
        {shown.map(({ id, name }) => (
          <SelectItem key={id} value={id}>
            {name}
          </SelectItem>
        ))}
      </SelectContent>
    </Select>
  )
}

const MOST_REASONS = 5

function Reasons({ customerId }: { customerId: string }) {
  const t = useT('worklist')
  const query = useReasons(customerId)
  const isMissing = query.error !== null && asProblem(query.error).status === 404
  return (
    <section className="flex flex-col gap-2" aria-labelledby="reasons">
      <h2 id="reasons" className="font-semibold">
        {t('panel.why')}
      </h2>
      {isMissing ? (
        <p className="text-muted-foreground">{t('panel.noReasons')}</p>
      ) : (
        <Region
          query={query}
          skeleton={<Skeleton className="h-32 w-full" />}
          isEmpty={({ reasons }) => !reasons?.length}
          empty={<p className="text-muted-foreground">{t('panel.noReasons')}</p>}
        >
          {({ reasons }) => (
            <ReasonBars
              label={t('panel.why')}
              reasons={(reasons ?? []).slice(0, MOST_REASONS).map(({ sentence, contribution }) => ({
                sentence,
                weight: contribution,
                text: t(contribution > 0 ? 'panel.raises' : 'panel.lowers'),
              }))}
            />
          )}
        </Region>
      )}
    </section>
  )
}

function Invoices({ customerId }: { customerId: string }) {
  const t = useT('worklist')
  const format = useFormat()
  const query = useOpenInvoices(customerId)
  return (
    <section className="flex flex-col gap-2" aria-labelledby="invoices">
      <h2 id="invoices" className="font-semibold">
        {t('panel.invoices')}
      </h2>
      <Region
        query={query}
        skeleton={<Skeleton className="h-24 w-full" />}
        isEmpty={({ items }) => items.length === 0}
        empty={<p className="text-muted-foreground">{t('panel.noInvoices')}</p>}
      >
        {({ items, next_cursor: more }) => (
          <>
            <ul className="flex flex-col divide-y">
              {items.map((invoice) => (
                <li key={invoice.id} className="flex flex-wrap items-baseline justify-between gap-x-3 py-1.5">
                  <Link
                    href={`/invoices/view/?id=${invoice.id}`}
                    className="font-medium underline-offset-4 hover:underline"
                  >
                    {invoice.number}
                  </Link>
                  <span className="text-muted-foreground">
                    {invoice.days_overdue > 0
                      ? t('panel.overdue', { days: format.days(invoice.days_overdue) })
                      : format.day(invoice.due_on)}
                  </span>
                  <span className="ml-auto">{format.money(invoice.balance, invoice.currency)}</span>
                </li>
              ))}
            </ul>
            {more !== null && (
              <p className="text-xs text-muted-foreground">
                {t('panel.firstInvoices', { count: INVOICES_SHOWN })}
              </p>
            )}
          </>
        )}
      </Region>
    </section>
  )
}
