'use client'

import { useState } from 'react'
import { ProblemAlert } from '@/components/problem-alert'
import { Region } from '@/components/region'
import { Button } from '@/components/ui/button'
import { Checkbox } from '@/components/ui/checkbox'
import {
  Dialog,
  DialogContent,
  DialogDescription,
  DialogFooter,
  DialogHeader,
  DialogTitle,
} from '@/components/ui/dialog'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Label } from '@/components/ui/label'
import { RadioGroup, RadioGroupItem } from '@/components/ui/radio-group'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { Skeleton } from '@/components/ui/skeleton'
import { Textarea } from '@/components/ui/textarea'
import { api } from '@/lib/api'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { asProblem } from '@/lib/problem'
import { toast } from '@/lib/toast'
import { addDays, useToday } from '@/lib/today'
import { once, usePromisable, usePromisesChanged } from './api'

const CHANNELS = ['phone', 'email', 'letter'] as const
/** How far ahead a payment may be promised, and how far back it may lie. */
const MOST_DAYS_AHEAD = 365
const MOST_DAYS_BACK = 60
const AMOUNT = /^\d{1,15}(\.\d{1,4})?$/

interface PromisedInvoice {
  id: string
  number: string
  balance: string
  currency: string
}

interface NewPromiseProps {
  customer: { id: string; name: string }
  /** The invoice that is promised; without it, some of the customer's open ones are chosen. */
  invoice?: PromisedInvoice
  onClose: () => void
}

/** Notes that a customer promised to pay by a day, or says to have paid. */
export default function NewPromise({ customer, invoice, onClose }: NewPromiseProps) {
  const t = useT('promises')
  const c = useT('common')
  const format = useFormat()
  const today = useToday()
  const changed = usePromisesChanged()
  const create = api.useMutation('post', '/api/promises')
  const open = usePromisable(customer.id, invoice === undefined)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(invoice ? [invoice.id] : []))
  const [isPaid, setPaid] = useState(false)
  const [day, setDay] = useState('')
  const [amount, setAmount] = useState('')
  const [channel, setChannel] = useState<(typeof CHANNELS)[number]>('phone')
  const [madeBy, setMadeBy] = useState('')
  const [note, setNote] = useState('')
  const [isChecked, setChecked] = useState(false)
  // One for the dialog, so that a second press notes nothing twice.
  const [header] = useState(once)

  const [from, to] = isPaid
    ? [addDays(today, -MOST_DAYS_BACK), today]
    : [today, addDays(today, MOST_DAYS_AHEAD)]
  const typed = amount.trim().replace(',', '.')
  const isNoAmount =
    typed !== '' &&
    (!AMOUNT.test(typed) ||
      Number(typed) <= 0 ||
      (invoice !== undefined && Number(typed) > Number(invoice.balance)))
  const wrong = {
    invoices: chosen.size === 0 && t('new.invoicesMissing'),
    day: (day < from || day > to) && t('new.dayWrong', { from: format.day(from), to: format.day(to) }),
    amount:
      isNoAmount &&
      invoice !== undefined &&
      t('new.amountWrong', { amount: format.money(invoice.balance, invoice.currency) }),
  }
  const problem = create.error ? asProblem(create.error) : null
  const errorAt = (name: keyof typeof wrong, ...fields: string[]) =>
    (isChecked && wrong[name]) ||
    problem?.fields.find(({ field }) => fields.some((each) => field.startsWith(each)))?.message
  const submit = () => {
    setChecked(true)
    if (Object.values(wrong).some(Boolean)) return
    create.mutate(
      {
        params: { header },
        body: {
          invoice_ids: [...chosen],
          channel,
          ...(isPaid ? { paid_on: day } : { promised_on: day }),
          ...(typed ? { amount: typed } : {}),
          ...(madeBy.trim() ? { made_by: madeBy.trim() } : {}),
          ...(note.trim() ? { note: note.trim() } : {}),
        },
      },
      {
        onSuccess: ({ items }) => {
          void changed()
          toast.success(t('new.done', { count: items.length }))
          onClose()
        },
      },
    )
  }

  return (
    <Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <DialogContent>
        <form
          noValidate
          className="contents"
          onSubmit={(event) => {
            event.preventDefault()
            submit()
          }}
        >
          <DialogHeader>
            <DialogTitle>
              {invoice
                ? t('new.titleOf', { number: invoice.number })
                : t('new.title', { name: customer.name })}
            </DialogTitle>
            <DialogDescription>{t('new.detail')}</DialogDescription>
          </DialogHeader>
          {problem && problem.fields.length === 0 && <ProblemAlert error={problem} />}
          {!invoice && (
            <Region
              query={open}
              skeleton={<Skeleton className="h-24 w-full" />}
              isEmpty={({ items }) => items.length === 0}
              empty={<p className="text-muted-foreground">{t('new.noneOpen')}</p>}
            >
              {({ items }) => (
                <Choice
                  invoices={items}
                  chosen={chosen}
                  onChange={setChosen}
                  error={errorAt('invoices', 'invoice_ids')}
                />
              )}
            </Region>
          )}
          <RadioGroup
            aria-label={t('new.which')}
            className="flex flex-wrap gap-x-6"
            value={isPaid ? 'paid' : 'promised'}
            onValueChange={(value) => setPaid(value === 'paid')}
          >
            {(['promised', 'paid'] as const).map((value) => (
              <Label key={value} className="font-normal">
                <RadioGroupItem value={value} />
                {t(value === 'paid' ? 'new.hasPaid' : 'new.willPay')}
              </Label>
            ))}
          </RadioGroup>
          <div className="grid gap-4 sm:grid-cols-2">
            <Field
              label={t(isPaid ? 'new.paidOn' : 'new.on')}
              error={errorAt('day', 'promised_on', 'paid_on')}
            >
              <Input
                type="date"
                required
                min={from}
                max={to}
                value={day}
                onChange={(event) => setDay(event.target.value)}
                autoFocus={invoice !== undefined}
              />
            </Field>
            {invoice && (
              <Field
                label={t('new.amount')}
                optional
                help={t('new.amountHelp', { amount: format.money(invoice.balance, invoice.currency) })}
                error={errorAt('amount', 'amount')}
              >
                <Input
                  inputMode="decimal"
                  autoComplete="off"
                  value={amount}
                  onChange={(event) => setAmount(event.target.value)}
                />
              </Field>
            )}
            <Select value={channel} onValueChange={(next) => setChannel(next as typeof channel)}>
              <Field label={t('new.channel')}>
                <SelectTrigger>
                  <SelectValue />
                </SelectTrigger>
              </Field>
              <SelectContent>
                {CHANNELS.map((each) => (
                  <SelectItem key={each} value={each}>
                    {t(`channel.${each}`)}
                  </SelectItem>
                ))}
              </SelectContent>
            </Select>
            <Field label={t('new.madeBy')} optional>
              <Input
                maxLength={200}
                autoComplete="off"
                value={madeBy}
                onChange={(event) => setMadeBy(event.target.value)}
              />
            </Field>
          </div>
          <Field label={t('new.note')} optional>
            <Textarea
              rows={2}
              maxLength={2_000}
              value={note}
              onChange={(event) => setNote(event.target.value)}
            />
          </Field>
          <DialogFooter>
            <Button variant="outline" onClick={onClose}>
              {c('actions.cancel')}
            </Button>
            <Button type="submit" disabled={create.isPending}>
              {t('new.save')}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  )
}

interface ChoiceProps {
  invoices: PromisedInvoice[]
  chosen: ReadonlySet<string>
  onChange: (chosen: ReadonlySet<string>) => void
  error?: string | false | undefined
}

/** Some of a customer's open invoices. */
function Choice({ invoices, chosen, onChange, error }: ChoiceProps) {
  const t = useT('promises')
  const format = useFormat()
  const set = (id: string, isChosen: boolean) =>
    onChange(new Set(isChosen ? [...chosen, id] : [...chosen].filter((each) => each !== id)))
  return (
    <fieldset className="flex min-w-0 flex-col gap-2">
      <legend className="mb-1.5 text-sm font-medium">{t('new.invoices')}</legend>
      <Label className="w-fit font-normal">
        <Checkbox
          checked={chosen.size === invoices.length || (chosen.size > 0 && 'indeterminate')}
          onCheckedChange={(all) => onChange(new Set(all === true ? invoices.map(({ id }) => id) : []))}
        />
        {t('new.chooseAll')}
      </Label>
      <ul className="max-h-48 divide-y overflow-y-auto rounded-md border">
        {invoices.map(({ id, number, balance, currency }) => (
          <li key={id}>
            <Label className="flex justify-between gap-4 px-3 py-2 font-normal">
              <span className="flex min-w-0 items-center gap-2">
                <Checkbox
                  checked={chosen.has(id)}
                  onCheckedChange={(next) => set(id, next === true)}
                  aria-label={t('new.choose', { number })}
                />
                <span className="truncate">{number}</span>
              </span>
              <span className="tabular-nums">{format.money(balance, currency)}</span>
            </Label>
          </li>
        ))}
      </ul>
      {error && (
        <p role="alert" className="text-xs text-negative">
          {error}
        </p>
      )}
    </fieldset>
  )
}
