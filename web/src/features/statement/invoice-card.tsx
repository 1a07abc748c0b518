'use client'

import { useId } from 'react'
import { Button } from '@/components/ui/button'
import { Checkbox } from '@/components/ui/checkbox'
import { type DebtorInvoice, undisputed } from './api'
import { useWords } from './words'

interface InvoiceCardProps {
  invoice: DebtorInvoice
  isChosen: boolean
  onChoose: (isChosen: boolean) => void
  onObject: () => void
}

/** One open invoice: what it is about, what was said to it, where to pay it, and how to object. */
export function InvoiceCard({ invoice, isChosen, onChoose, onObject }: InvoiceCardProps) {
  const { t, format } = useWords()
  const id = useId()
  const { number, currency, promise } = invoice
  const money = (amount: string) => format.money(amount, currency)
  const isCredited = Number(invoice.credited) > 0
  const isDisputed = Number(invoice.disputed) > 0
  const facts: [string, React.ReactNode][] = [
    [t('invoice.issued'), format.day(invoice.issued_on)],
    [
      t('invoice.due'),
      <>
        {format.day(invoice.due_on)}
        {invoice.days_overdue > 0 && (
          <span className="ml-2 inline-block text-negative">
            {t('invoice.overdue', { count: invoice.days_overdue })}
          </span>
        )}
      </>,
    ],
    [t('invoice.total'), money(invoice.total)],
  ]
  return (
    <article aria-labelledby={id} className="flex min-w-0 gap-3 rounded-lg border bg-card p-3 sm:p-4">
      <Checkbox
        className="mt-1"
        checked={isChosen}
        onCheckedChange={(next) => onChoose(next === true)}
        aria-label={t('invoice.choose', { number })}
      />
      <div className="flex min-w-0 grow flex-col gap-2">
        <div className="flex flex-wrap items-baseline justify-between gap-x-4">
          <h2 id={id} className="min-w-0 font-semibold break-words">
            {number}
          </h2>
          <p className="font-semibold tabular-nums">
            <span className="sr-only">{t('invoice.open')}: </span>
            {money(invoice.open)}
          </p>
        </div>
        <dl className="flex flex-wrap gap-x-6 gap-y-1 text-sm">
          {facts.map(([name, value]) => (
            <div key={name} className="flex gap-2">
              <dt className="text-muted-foreground">{name}</dt>
              <dd className="tabular-nums">{value}</dd>
            </div>
          ))}
        </dl>
        {(isCredited || isDisputed || promise || invoice.is_copy_asked) && (
          <ul className="text-sm">
            {isCredited && <li>{t('credited', { amount: money(invoice.credited) })}</li>}
            {isDisputed && <li>{t('invoice.disputed', { amount: money(invoice.disputed) })}</li>}
            {promise && (
              <li>
                {promise.paid_on
                  ? t('invoice.paid', { amount: money(promise.amount), day: format.day(promise.paid_on) })
                  : t('invoice.promised', {
                      amount: money(promise.amount),
                      day: format.day(promise.promised_on),
                    })}
              </li>
            )}
            {Number(invoice.asked) < Number(invoice.open) && (
              <li className="font-semibold">{t('invoice.asked', { amount: money(invoice.asked) })}</li>
            )}
            {invoice.is_copy_asked && <li>{t('invoice.copy')}</li>}
          </ul>
        )}
        <div className="flex flex-wrap gap-2">
          {invoice.payment_link && (
            <Button asChild size="sm">
              <a
                href={invoice.payment_link}
                target="_blank"
                rel="noopener noreferrer"
                aria-label={t('invoice.payNumber', { number })}
              >
                {t('invoice.pay')}
              </a>
            </Button>
          )}
          {Number(undisputed([invoice])[0]!.amount) > 0 && (
            <Button
              variant="outline"
              size="sm"
              onClick={onObject}
              aria-label={t('invoice.wrongNumber', { number })}
            >
              {t('invoice.wrong')}
            </Button>
          )}
        </div>
      </div>
    </article>
  )
}
