'use client'

import { type ReactNode, useState } from 'react'
import { Button } from '@/components/ui/button'
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
import { Textarea } from '@/components/ui/textarea'
import { asProblem } from '@/lib/problem'
import { sumByCurrency } from '@/lib/sums'
import { addDays } from '@/lib/today'
import { type DebtorInvoice, type Said, type Statement, undisputed, useSay } from './api'
import { Told } from './told'
import { useWords } from './words'

/** What somebody is about to say, and of which invoices. */
export type Saying =
  | { what: 'promises' | 'payments' | 'copies'; invoices: DebtorInvoice[] }
  | { what: 'disputes'; invoice: DebtorInvoice }

/** How far back a payment may lie that the sender does not know of. */
const MOST_DAYS_BACK = 60
const LONGEST_NOTE = 1_000
const LONGEST_OBJECTION = 5_000
const AMOUNT = /^\d{1,15}(?:[.,]\d{1,4})?$/

interface SayProps {
  token: string
  statement: Statement
  saying: Saying
  onClose: () => void
  /** Called with what is told to them then. */
  onDone: (thanks: string) => void
}

/** Asks for what is needed, and says it. */
export function Say(props: SayProps) {
  return props.saying.what === 'disputes' ? (
    <Objection {...props} invoice={props.saying.invoice} />
  ) : (
    <Word {...props} what={props.saying.what} invoices={props.saying.invoices} />
  )
}

/** A day promised, a payment made, or a copy wanted. */
function Word({
  token,
  statement,
  what,
  invoices,
  onClose,
  onDone,
}: SayProps & { what: 'promises' | 'payments' | 'copies'; invoices: DebtorInvoice[] }) {
  const { t, format } = useWords()
  const { company, today, last_promised_on: last } = statement
  const [from, to] = what === 'payments' ? [addDays(today, -MOST_DAYS_BACK), today] : [today, last]
  const [day, setDay] = useState(what === 'payments' ? today : '')
  const [note, setNote] = useState('')
  const kind = ({ promises: 'promise', payments: 'paid', copies: 'copy' } as const)[what]
  const possible = what === 'copies' ? invoices : invoices.filter((each) => each.can_promise)
  const leftOut = invoices.filter((each) => !possible.includes(each))
  const isWrong = what !== 'copies' && (day < from || day > to)
  const sums =
    what === 'copies'
      ? sumByCurrency(possible.map(({ open, currency }) => ({ amount: open, currency })))
      : undisputed(possible)

  const said = (): Said | null => {
    const invoice_ids = possible.map(({ id }) => id)
    const more = note.trim() ? { note: note.trim() } : {}
    if (isWrong || invoice_ids.length === 0) return null
    if (what === 'copies') return { what, body: { invoice_ids } }
    return what === 'promises'
      ? { what, body: { invoice_ids, promised_on: day, ...more } }
      : { what, body: { invoice_ids, paid_on: day, ...more } }
  }
  return (
    <Form
      token={token}
      title={t(`${kind}.title`)}
      detail={t(`${kind}.detail`, { company })}
      said={said}
      onClose={onClose}
      onDone={() => onDone(t(`${kind}.done`, { company, day: format.day(day) }))}
    >
      {(isChecked) => (
        <>
          {possible.length > 0 && (
            <p className="tabular-nums">
              {t('say.of', {
                count: possible.length,
                amounts: sums.map((each) => format.money(each.amount, each.currency)).join(' + '),
              })}
            </p>
          )}
          {leftOut.length > 0 && (
            <p className="text-sm">
              {t('say.leftOut', { numbers: leftOut.map(({ number }) => number).join(', ') })}
            </p>
          )}
          {what !== 'copies' && (
            <>
              <Field
                label={t(`${kind as 'promise' | 'paid'}.on`)}
                error={
                  isChecked &&
                  isWrong &&
                  t(`${kind as 'promise' | 'paid'}.wrong`, { from: format.day(from), to: format.day(to) })
                }
              >
                <Input
                  type="date"
                  required
                  min={from}
                  max={to}
                  value={day}
                  onChange={(event) => setDay(event.target.value)}
                />
              </Field>
              <Field label={t(`${kind as 'promise' | 'paid'}.note`)}>
                <Input
                  maxLength={LONGEST_NOTE}
                  autoComplete="off"
                  value={note}
                  onChange={(event) => setNote(event.target.value)}
                />
              </Field>
            </>
          )}
        </>
      )}
    </Form>
  )
}

/** What is wrong with an invoice. */
function Objection({ token, statement, invoice, onClose, onDone }: SayProps & { invoice: DebtorInvoice }) {
  const { t, format } = useWords()
  const [text, setText] = useState('')
  const [typed, setTyped] = useState('')
  const left = undisputed([invoice])[0]!.amount
  const amount = typed.trim().replace(',', '.')
  const isSilent = text.trim() === ''
  const isNoAmount =
    amount !== '' && (!AMOUNT.test(typed.trim()) || Number(amount) <= 0 || Number(amount) > Number(left))
  const most = format.money(left, invoice.currency)
  const said = (): Said | null =>
    isSilent || isNoAmount
      ? null
      : {
          what: 'disputes',
          body: { invoice_id: invoice.id, text: text.trim(), ...(amount ? { amount } : {}) },
        }
  return (
    <Form
      token={token}
      title={t('dispute.title', { number: invoice.number })}
      detail={t('dispute.detail')}
      said={said}
      onClose={onClose}
      onDone={() => onDone(t('dispute.done', { company: statement.company, number: invoice.number }))}
    >
      {(isChecked) => (
        <>
          <Field label={t('dispute.text')} error={isChecked && isSilent && t('dispute.missing')}>
            <Textarea
              rows={5}
              required
              maxLength={LONGEST_OBJECTION}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          </Field>
          <Field
            label={t('dispute.amount')}
            help={t('dispute.amountHelp', { amount: most })}
            error={isChecked && isNoAmount && t('dispute.amountWrong', { amount: most })}
          >
            <Input
              inputMode="decimal"
              autoComplete="off"
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          </Field>
        </>
      )}
    </Form>
  )
}

interface FormProps {
  token: string
  title: string
  detail: string
  /** What is to be said; null while something of it is wrong, which is shown from the first try on. */
  said: () => Said | null
  onClose: () => void
  onDone: () => void
  children: (isChecked: boolean) => ReactNode
}

function Form({ token, title, detail, said, onClose, onDone, children }: FormProps) {
  const { t, language } = useWords()
  const say = useSay(token)
  const [isChecked, setChecked] = useState(false)
  const [isSending, setSending] = useState(false)
  const [failure, setFailure] = useState<unknown>(null)
  // One for the form, so that a second press says nothing twice.
  const [key] = useState(() => crypto.randomUUID())
  const send = async () => {
    setChecked(true)
    const words = said()
    if (words === null || isSending) return
    setSending(true)
    setFailure(null)
    try {
      await say(words, key)
      onDone()
    } catch (error) {
      setFailure(error)
      setSending(false)
    }
  }
  return (
    <Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <DialogContent showCloseButton={false} lang={language}>
        <form
          noValidate
          className="contents"
          onSubmit={(event) => {
            event.preventDefault()
            void send()
          }}
        >
          <DialogHeader className="pr-0">
            <DialogTitle>{title}</DialogTitle>
            <DialogDescription>{detail}</DialogDescription>
          </DialogHeader>
          {failure !== null && <Failed error={failure} />}
          {children(isChecked)}
          <DialogFooter>
            <Button variant="outline" onClick={onClose}>
              {t('say.cancel')}
            </Button>
            <Button type="submit" disabled={isSending}>
              {t('say.send')}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  )
}

function Failed({ error }: { error: unknown }) {
  const { status, code, retryAfter } = asProblem(error)
  if (status === 429) return <Told kind="limited" seconds={retryAfter ?? 60} />
  if (status === 410) return <Told kind="expired" />
  if (status === 404) return <Told kind="invalid" />
  if (status === 409 || status === 422) return <Told kind="refused" />
  return <Told kind={code === 'unreachable' ? 'unreachable' : 'other'} />
}
