'use client'

import { useState } from 'react'
import { Empty } from '@/components/empty'
import { ProblemAlert } from '@/components/problem-alert'
import { useReminderWords } from '@/components/reminders/words'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import {
  Table,
  TableBody,
  TableCaption,
  TableCell,
  TableHead,
  TableHeader,
  TableRow,
} from '@/components/ui/table'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import { asProblem } from '@/lib/problem'
import { useCan } from '@/lib/session'
import { addDays, useToday } from '@/lib/today'
import { Section } from '../section'
import { type LeftOut, type SimulatedMessage, type Simulation as Found, useSimulate } from './api'
import { Choice } from './inputs'

interface Tried {
  id?: string
  name: string
  document: { [key: string]: unknown }
}

const LISTED = 50
const NUMBERS = 3
const ALL = 'all'

/** What would go out in a period, and why everything else gets nothing: by the active policies, or by those given. */
export function Simulation({ policies }: { policies?: Tried[] }) {
  const t = useT('policies.simulation')
  const today = useToday()
  const canSimulate = useCan('simulateReminders')
  const simulate = useSimulate()
  const [from, setFrom] = useState<string | null>(null)
  const [to, setTo] = useState<string | null>(null)
  const first = from ?? today
  const last = to ?? addDays(first || today, 13)
  const problem = simulate.error ? asProblem(simulate.error) : null
  const said = (field: string) => problem?.fields.find((each) => each.field === field)?.message
  const isPeriod = first !== '' && last !== '' && first <= last
  const others = problem?.fields.filter(({ field }) => field !== 'from' && field !== 'to') ?? []
  if (!canSimulate) return null
  return (
    <Section title={t('title')} detail={policies ? t('detailEdited') : t('detail')}>
      <form
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (isPeriod) simulate.mutate({ body: { from: first, to: last, ...(policies && { policies }) } })
        }}
      >
        <div className="flex flex-wrap items-start gap-3">
          <Field label={t('from')} error={said('from')} className="w-44">
            <Input type="date" value={first} onChange={({ target }) => setFrom(target.value)} />
          </Field>
          <Field label={t('to')} error={said('to') ?? (isPeriod ? undefined : t('period'))} className="w-44">
            <Input type="date" value={last} onChange={({ target }) => setTo(target.value)} />
          </Field>
          <Button type="submit" variant="outline" className="mt-6" disabled={simulate.isPending || !isPeriod}>
            {simulate.isPending ? t('running') : t('run')}
          </Button>
        </div>
        {problem && problem.fields.length === 0 && <ProblemAlert error={problem} />}
        {others.length > 0 && (
          <ul role="alert" className="text-xs text-negative">
            {others.map(({ field, message }) => (
              <li key={`${field} ${message}`}>
                <span className="font-mono">{field}</span>: {message}
              </li>
            ))}
          </ul>
        )}
      </form>
      <div role="status" className="mt-4">
        {simulate.data && <Results key={simulate.submittedAt} found={simulate.data} />}
      </div>
    </Section>
  )
}

function Results({ found }: { found: Found }) {
  const t = useT('policies.simulation')
  const format = useFormat()
  const measured = found.expected_gain.some(({ basis }) => basis === 'measured')
  const gains = found.expected_gain.filter(({ amount }) => Number(amount) > 0)
  return (
    <div className="flex flex-col gap-5">
      <div className="flex flex-col gap-1">
        <p className="font-medium">
          {t('summary', {
            messages: found.message_count,
            invoices: found.invoice_count,
            nothing: found.nothing_count,
          })}
        </p>
        {found.totals.length > 0 && (
          <p>
            {t('total')}:{' '}
            {found.totals.map(({ amount, currency }) => format.money(amount, currency)).join(' · ')}
          </p>
        )}
        {gains.length > 0 && (
          <p>
            {t('gain')}:{' '}
            {t('gainWords', {
              amount: gains.map(({ amount, currency }) => format.money(amount, currency)).join(' · '),
            })}
            . <span className="text-muted-foreground">{measured ? t('measured') : t('assumed')}</span>
          </p>
        )}
        <p className="text-xs text-muted-foreground">{found.assumption}</p>
      </div>
      {found.messages.length > 0 ? <Messages messages={found.messages} /> : <Empty title={t('empty')} />}
      {found.nothing.length > 0 && <Nothing found={found} />}
    </div>
  )
}

function Messages({ messages }: { messages: SimulatedMessage[] }) {
  const t = useT('policies.simulation')
  const p = useT('policies')
  const words = useReminderWords()
  const format = useFormat()
  const shown = messages.slice(0, LISTED)
  return (
    <section className="flex flex-col gap-2">
      <h3 className="font-medium">{t('messages')}</h3>
      <div className="overflow-hidden rounded-md border">
        <Table label={t('messages')}>
          <TableCaption className="sr-only">{t('messages')}</TableCaption>
          <TableHeader>
            <TableRow>
              <TableHead>{t('at')}</TableHead>
              <TableHead>{t('customer')}</TableHead>
              <TableHead>{t('message')}</TableHead>
              <TableHead>{t('invoices')}</TableHead>
              <TableHead className="text-right">{t('amount')}</TableHead>
            </TableRow>
          </TableHeader>
          <TableBody>
            {shown.map((message) => (
              <TableRow key={`${message.customer.id} ${message.at}`} className="align-top">
                <TableCell className="whitespace-nowrap">{format.instant(message.at)}</TableCell>
                <TableCell className="min-w-48">
                  <Link
                    href={`/customers/view/?id=${message.customer.id}`}
                    className="text-primary underline-offset-4 hover:underline"
                  >
                    {message.customer.name}
                  </Link>
                  <span className="block text-xs text-muted-foreground">
                    {message.recipients.map(({ email }) => email).join(', ')}
                  </span>
                </TableCell>
                <TableCell>
                  {t('stageTone', { stage: message.stage, tone: words.tone(message.tone) })}
                  <span className="block text-xs text-muted-foreground">
                    {message.policy} · {p('approve')}: {p(`approval.${message.approve}`)}
                  </span>
                </TableCell>
                <TableCell className="min-w-56">
                  <Invoices message={message} />
                </TableCell>
                <TableCell className="text-right whitespace-nowrap">
                  {message.totals.map(({ amount, currency }) => (
                    <span key={currency} className="block">
                      {format.money(amount, currency)}
                    </span>
                  ))}
                </TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      </div>
      {messages.length > LISTED && (
        <p className="text-xs text-muted-foreground">{t('shown', { count: LISTED })}</p>
      )}
    </section>
  )
}

function Invoices({ message }: { message: SimulatedMessage }) {
  const t = useT('policies.simulation')
  const shown = message.invoices.slice(0, NUMBERS)
  return (
    <>
      {shown.map((invoice) => (
        <span key={invoice.id} className="block">
          <Link
            href={`/invoices/view/?id=${invoice.id}`}
            className="text-primary underline underline-offset-4"
          >
            {invoice.number}
          </Link>
          <span className="ml-2 text-xs text-muted-foreground">
            {invoice.days_overdue < 0
              ? t('before', { days: -invoice.days_overdue })
              : t('overdue', { days: invoice.days_overdue })}
          </span>
        </span>
      ))}
      {message.invoices.length > NUMBERS && (
        <span className="text-xs text-muted-foreground">
          {t('more', { count: message.invoices.length - NUMBERS })}
        </span>
      )}
    </>
  )
}

function Nothing({ found }: { found: Found }) {
  const t = useT('policies.simulation')
  const p = useT('policies')
  const [reason, setReason] = useState(ALL)
  const isOf = ({ reasons }: LeftOut) => reason === ALL || reasons[0]?.code === reason
  const matching = found.nothing.filter(isOf)
  return (
    <section className="flex flex-col gap-2">
      <div className="flex flex-wrap items-end justify-between gap-2">
        <h3 className="font-medium">{t('nothing')}</h3>
        <Field label={t('byReason')} className="w-64">
          <Choice
            value={reason}
            onChange={setReason}
            options={[
              { value: ALL, label: `${t('allReasons')} (${found.nothing_count})` },
              ...found.by_reason.map(({ code, count }) => ({
                value: code,
                label: `${p(`reason.${code}`)} (${count})`,
              })),
            ]}
          />
        </Field>
      </div>
      <div className="overflow-hidden rounded-md border">
        <Table label={t('nothing')}>
          <TableCaption className="sr-only">{t('nothing')}</TableCaption>
          <TableHeader>
            <TableRow>
              <TableHead>{t('invoice')}</TableHead>
              <TableHead>{t('customer')}</TableHead>
              <TableHead className="text-right">{t('open')}</TableHead>
              <TableHead>{t('reason')}</TableHead>
            </TableRow>
          </TableHeader>
          <TableBody>
            {matching.slice(0, LISTED).map((each) => (
              <LeftOutRow key={each.invoice.id} each={each} />
            ))}
          </TableBody>
        </Table>
      </div>
      {matching.length > LISTED && (
        <p className="text-xs text-muted-foreground">{t('shown', { count: LISTED })}</p>
      )}
    </section>
  )
}

function LeftOutRow({ each: { invoice, reasons } }: { each: LeftOut }) {
  const p = useT('policies')
  const format = useFormat()
  return (
    <TableRow className="align-top">
      <TableCell>
        <Link href={`/invoices/view/?id=${invoice.id}`} className="text-primary underline underline-offset-4">
          {invoice.number}
        </Link>
        <span className="ml-2 text-xs whitespace-nowrap text-muted-foreground">
          {format.day(invoice.due_on)}
        </span>
      </TableCell>
      <TableCell className="min-w-40">{invoice.customer.name}</TableCell>
      <TableCell className="text-right whitespace-nowrap">
        {format.money(invoice.amount, invoice.currency)}
      </TableCell>
      <TableCell className="min-w-72">
        {reasons.map(({ code, sentence }) => (
          <span key={code} className="block">
            {p(`reason.${code}`)}
            <span className="block text-xs text-muted-foreground">{sentence}</span>
          </span>
        ))}
      </TableCell>
    </TableRow>
  )
}
