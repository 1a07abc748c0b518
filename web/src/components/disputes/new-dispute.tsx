'use client'

import { useState } from 'react'
import { ProblemAlert } from '@/components/problem-alert'
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
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { Textarea } from '@/components/ui/textarea'
import { api } from '@/lib/api'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { useRouter } from '@/lib/nav'
import { asProblem } from '@/lib/problem'
import { toast } from '@/lib/toast'
import { isAmount, typedAmount } from './amount'
import { once, useDisputesChanged } from './api'
import { type ChosenInvoice, InvoiceChoice } from './invoice-choice'
import { disputeName } from './marks'
import { type Code, CODES, useDisputeWords } from './words'

/** Stands for "let it be read", which is no reason. */
const READ = 'read'

interface Props {
  /** The invoice that is disputed; without it, the reader chooses one. */
  invoice?: { id: string; number: string; balance: string; currency: string }
  onClose: () => void
}

/** Opens a dispute by hand: what the customer said, how much of the invoice it is about, and the reason if it is known. */
export default function NewDispute({ invoice, onClose }: Props) {
  const t = useT('disputes')
  const c = useT('common')
  const words = useDisputeWords()
  const format = useFormat()
  const router = useRouter()
  const changed = useDisputesChanged()
  const open = api.useMutation('post', '/api/disputes')
  const [chosen, setChosen] = useState<ChosenInvoice | null>(invoice ?? null)
  const [text, setText] = useState('')
  const [amount, setAmount] = useState('')
  const [product, setProduct] = useState('')
  const [link, setLink] = useState('')
  const [code, setCode] = useState<Code | typeof READ>(READ)
  const [isChecked, setChecked] = useState(false)
  // One for the dialog, so that a second press opens no second dispute.
  const [header] = useState(once)

  const url = link.trim()
  const wrong = {
    invoice: chosen === null && t('new.invoiceMissing'),
    text: text.trim() === '' && t('new.textMissing'),
    amount: amount.trim() !== '' && !isAmount(amount) && t('amount.wrong'),
    link: url !== '' && !/^https:\/\/\S+$/.test(url) && t('new.urlWrong'),
  }
  const problem = open.error ? asProblem(open.error) : null
  const errorAt = (name: keyof typeof wrong, field: string) =>
    (isChecked && wrong[name]) || problem?.fields.find((each) => each.field.startsWith(field))?.message
  const submit = () => {
    setChecked(true)
    if (chosen === null || Object.values(wrong).some(Boolean)) return
    open.mutate(
      {
        params: { header },
        body: {
          invoice_id: chosen.id,
          text: text.trim(),
          ...(typedAmount(amount) ? { amount: typedAmount(amount) } : {}),
          ...(product.trim() ? { product: product.trim() } : {}),
          ...(url ? { attachments: [{ title: nameOf(url), url }] } : {}),
          ...(code === READ ? {} : { code }),
        },
      },
      {
        onSuccess: (dispute) => {
          void changed()
          toast.success(t('new.done', { name: disputeName(dispute) }), {
            action: {
              label: t('new.show'),
              onClick: () => router.push(`/disputes/view/?id=${dispute.id}`),
            },
          })
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
              {invoice ? t('new.titleOf', { number: invoice.number }) : t('new.title')}
            </DialogTitle>
            <DialogDescription>{t('new.detail')}</DialogDescription>
          </DialogHeader>
          {problem && problem.fields.length === 0 && <ProblemAlert error={problem} />}
          {!invoice && (
            <Field label={t('columns.invoice')} error={errorAt('invoice', 'invoice')}>
              <InvoiceChoice value={chosen} onChange={setChosen} />
            </Field>
          )}
          <Field label={t('new.text')} help={t('new.textHelp')} error={errorAt('text', 'text')}>
            <Textarea
              rows={5}
              maxLength={20_000}
              value={text}
              onChange={(event) => setText(event.target.value)}
              autoFocus={invoice !== undefined}
            />
          </Field>
          <div className="grid gap-4 sm:grid-cols-2">
            <Field
              label={t('new.amount')}
              optional
              help={
                invoice
                  ? t('new.amountHelp', { amount: format.money(invoice.balance, invoice.currency) })
                  : t('new.amountHelpNone')
              }
              error={errorAt('amount', 'amount')}
            >
              <Input
                inputMode="decimal"
                autoComplete="off"
                value={amount}
                onChange={(event) => setAmount(event.target.value)}
              />
            </Field>
            <Field
              label={t('columns.product')}
              optional
              error={problem?.fields.find((each) => each.field === 'product')?.message}
            >
              <Input
                autoComplete="off"
                maxLength={200}
                value={product}
                onChange={(event) => setProduct(event.target.value)}
              />
            </Field>
          </div>
          <Field label={t('new.link')} optional error={errorAt('link', 'attachments')}>
            <Input
              type="url"
              inputMode="url"
              autoComplete="off"
              placeholder="https://"
              value={link}
              onChange={(event) => setLink(event.target.value)}
            />
          </Field>
          <Select value={code} onValueChange={(next) => setCode(next as Code | typeof READ)}>
            <Field label={t('reason.title')} help={t('new.reasonHelp')}>
              <SelectTrigger>
                <SelectValue />
              </SelectTrigger>
            </Field>
            <SelectContent>
              <SelectItem value={READ}>{t('new.read')}</SelectItem>
              {CODES.map((each) => (
                <SelectItem key={each} value={each}>
                  {words.code(each)}
                </SelectItem>
              ))}
            </SelectContent>
          </Select>
          <DialogFooter>
            <Button variant="outline" onClick={onClose}>
              {c('actions.cancel')}
            </Button>
            <Button type="submit" disabled={open.isPending}>
              {t('new.open')}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  )
}

/** What a linked file is called: the end of its address, or where it lies. */
function nameOf(url: string): string {
  try {
    const { hostname, pathname } = new URL(url)
    return (decodeURIComponent(pathname.split('/').filter(Boolean).at(-1) ?? '') || hostname).slice(0, 200)
  } catch {
    return url.slice(0, 200)
  }
}
