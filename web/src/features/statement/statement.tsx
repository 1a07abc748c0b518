'use client'

import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { Card, CardContent, CardHeader, CardTitle } from '@/components/ui/card'
import { Checkbox } from '@/components/ui/checkbox'
import { Label } from '@/components/ui/label'
import type { DebtorInvoice, Statement } from './api'
import { InvoiceCard } from './invoice-card'
import { Say, type Saying } from './say'
import { useWords } from './words'

/** What somebody owes, each invoice by itself, and what they may say to the ones that they choose. */
export function StatementView({ token, statement }: { token: string; statement: Statement }) {
  const { t, format } = useWords()
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [saying, setSaying] = useState<Saying | null>(null)
  const [thanks, setThanks] = useState('')
  const { company, invoices } = statement
  const picked = invoices.filter(({ id }) => chosen.has(id))

  const choose = (invoice: DebtorInvoice, isChosen: boolean) => {
    const next = new Set(chosen)
    if (isChosen) next.add(invoice.id)
    else next.delete(invoice.id)
    setChosen(next)
  }
  const say = (next: Saying) => {
    setThanks('')
    setSaying(next)
  }

  return (
    <>
      <header className="flex min-w-0 flex-col gap-1">
        <p className="break-words">{t('page.of', { customer: statement.customer, company })}</p>
        <p className="text-sm text-muted-foreground">
          {t('page.asOf', {
            day: format.day(statement.today),
            until: format.day(statement.expires_at.slice(0, 10)),
          })}{' '}
          {t('page.only')}
        </p>
      </header>
      <p role="status" className={thanks ? 'rounded-md border border-positive bg-card p-3' : 'sr-only'}>
        {thanks}
      </p>
      {invoices.length === 0 ? (
        <Card>
          <CardHeader>
            <CardTitle>{t('none.title')}</CardTitle>
          </CardHeader>
          <CardContent>{t('none.detail', { company })}</CardContent>
        </Card>
      ) : (
        <>
          <ul className="flex flex-col gap-1 text-lg font-semibold tabular-nums">
            {statement.totals.map(({ currency, open, credited, asked, invoices: count }) => (
              <li key={currency}>
                <p>{t('total', { amount: format.money(open, currency), count })}</p>
                {Number(credited) > 0 && (
                  <p className="text-sm font-normal">
                    {t('credited', { amount: format.money(credited, currency) })}
                  </p>
                )}
                {Number(asked) < Number(open) && (
                  <p>{t('totalAsked', { amount: format.money(asked, currency) })}</p>
                )}
              </li>
            ))}
          </ul>
          <section aria-label={t('invoice.list')} className="flex min-w-0 flex-col gap-3">
            <Label className="w-fit py-1">
              <Checkbox
                checked={picked.length === invoices.length || (picked.length > 0 && 'indeterminate')}
                onCheckedChange={(all) =>
                  setChosen(new Set(all === true ? invoices.map(({ id }) => id) : []))
                }
              />
              {t('invoice.chooseAll')}
            </Label>
            <ul className="flex min-w-0 flex-col gap-3">
              {invoices.map((invoice) => (
                <li key={invoice.id}>
                  <InvoiceCard
                    invoice={invoice}
                    isChosen={chosen.has(invoice.id)}
                    onChoose={(isChosen) => choose(invoice, isChosen)}
                    onObject={() => say({ what: 'disputes', invoice })}
                  />
                </li>
              ))}
            </ul>
            {statement.is_cut && <p>{t('page.cut', { count: invoices.length })}</p>}
          </section>
          <section
            aria-label={t('say.title', { company })}
            className="sticky bottom-0 -mx-3 flex flex-col gap-2 border-t bg-card px-3 py-3 sm:mx-0 sm:rounded-lg sm:border"
          >
            <p className="text-sm text-muted-foreground">{t('say.chosen', { count: picked.length })}</p>
            <div className="flex flex-wrap gap-2">
              {(['promises', 'payments', 'copies'] as const).map((what) => (
                <Button
                  key={what}
                  variant={what === 'promises' ? 'default' : 'outline'}
                  className="h-auto min-h-(--control) py-1.5 whitespace-normal"
                  disabled={picked.length === 0}
                  onClick={() => say({ what, invoices: picked })}
                >
                  {t(BUTTONS[what])}
                </Button>
              ))}
            </div>
          </section>
        </>
      )}
      <Payment statement={statement} />
      <Contact statement={statement} />
      {saying && (
        <Say
          token={token}
          statement={statement}
          saying={saying}
          onClose={() => setSaying(null)}
          onDone={(words) => {
            setSaying(null)
            setChosen(new Set())
            setThanks(words)
          }}
        />
      )}
    </>
  )
}

const BUTTONS = { promises: 'say.promise', payments: 'say.paid', copies: 'say.copy' } as const

function Payment({ statement: { bank } }: { statement: Statement }) {
  const { t } = useWords()
  if (bank === null) return null
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t('bank.title')}</CardTitle>
      </CardHeader>
      <CardContent className="flex flex-col gap-2">
        <Pairs
          pairs={[
            [t('bank.holder'), bank.holder],
            [t('bank.iban'), bank.iban.replace(/(.{4})(?=.)/g, '$1 ')],
            [t('bank.bic'), bank.bic],
          ]}
        />
        <p className="text-sm text-muted-foreground">{t('bank.reference')}</p>
      </CardContent>
    </Card>
  )
}

function Contact({ statement: { contact, company } }: { statement: Statement }) {
  const { t } = useWords()
  const { name, phone, reply_to: mail } = contact
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t('contact.title')}</CardTitle>
      </CardHeader>
      <CardContent className="flex flex-col gap-2">
        <p>{t('contact.detail', { company })}</p>
        {name && <p>{name}</p>}
        <Pairs
          pairs={[
            [
              t('contact.phone'),
              phone && <Address href={`tel:${phone.replace(/[^+\d]/g, '')}`}>{phone}</Address>,
            ],
            [t('contact.mail'), mail && <Address href={`mailto:${mail}`}>{mail}</Address>],
          ]}
        />
      </CardContent>
    </Card>
  )
}

function Address({ href, children }: { href: string; children: string }) {
  return (
    <a href={href} className="text-primary underline underline-offset-4">
      {children}
    </a>
  )
}

/** Names with what they stand for; those that stand for nothing are left out. */
export function Pairs({ pairs }: { pairs: [string, React.ReactNode][] }) {
  const told = pairs.filter(([, value]) => value !== null && value !== '')
  if (told.length === 0) return null
  return (
    <dl className="grid min-w-0 grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
      {told.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-muted-foreground">{name}</dt>
          <dd className="break-words tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  )
}
