'use client'

import { useState } from 'react'
import { isAmount, plainAmount, typedAmount } from '@/components/disputes/amount'
import { useDisputesChanged } from '@/components/disputes/api'
import { type ChosenInvoice, InvoiceChoice } from '@/components/disputes/invoice-choice'
import { disputeName } from '@/components/disputes/marks'
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
import { api } from '@/lib/api'
import { useT } from '@/lib/i18n'
import { asProblem } from '@/lib/problem'
import { toast } from '@/lib/toast'
import { type Dispute, useOwners } from './api'

const NOBODY = 'nobody'

/** Changes who looks after a dispute, until when, how much it is about, and which invoice. */
export default function DetailsDialog({ dispute, onClose }: { dispute: Dispute; onClose: () => void }) {
  const t = useT('disputes')
  const c = useT('common')
  const changed = useDisputesChanged()
  const owners = useOwners()
  const save = api.useMutation('patch', '/api/disputes/{dispute_id}')
  // As it was when the dialog opened: what somebody else changes meanwhile is not overwritten.
  const [before] = useState(dispute)
  const [owner, setOwner] = useState(before.owner?.id ?? NOBODY)
  const [due, setDue] = useState(before.due_on)
  const [amount, setAmount] = useState(before.is_all ? '' : plainAmount(before.amount))
  const [product, setProduct] = useState(before.product ?? '')
  const [invoice, setInvoice] = useState<ChosenInvoice | null>(before.invoice)
  const [isChecked, setChecked] = useState(false)
  const wrongAmount = amount.trim() !== '' && !isAmount(amount)
  const problem = save.error ? asProblem(save.error) : null
  const said = (field: string) => problem?.fields.find((each) => each.field === field)?.message
  const people = owners.data?.items ?? (before.owner ? [before.owner] : [])

  const submit = () => {
    setChecked(true)
    if (wrongAmount || due === '') return
    const asked = {
      owner_id: owner === NOBODY ? null : owner,
      due_on: due,
      amount: typedAmount(amount) || null,
      product: product.trim() || null,
      invoice_id: invoice?.id ?? null,
    }
    const was = {
      owner_id: before.owner?.id ?? null,
      due_on: before.due_on,
      amount: before.is_all ? null : plainAmount(before.amount),
      product: before.product,
      invoice_id: before.invoice?.id ?? null,
    }
    const names = (Object.keys(asked) as (keyof typeof asked)[]).filter((name) => asked[name] !== was[name])
    if (names.length === 0) return onClose()
    save.mutate(
      {
        params: { path: { dispute_id: before.id }, header: { 'If-Match': `"${before.version}"` } },
        body: Object.fromEntries(names.map((name) => [name, asked[name]])),
      },
      {
        onSuccess: () => {
          toast.success(t('details.saved', { name: disputeName(before) }))
          void changed().then(onClose)
        },
        onError: () => void changed(),
      },
    )
  }

  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
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
            <DialogTitle>{t('details.title', { name: disputeName(before) })}</DialogTitle>
            <DialogDescription>{t('details.detail')}</DialogDescription>
          </DialogHeader>
          {problem && problem.fields.length === 0 && <ProblemAlert error={problem} />}
          <Select value={owner} onValueChange={setOwner}>
            <Field label={t('columns.owner')} error={said('owner_id')}>
              <SelectTrigger>
                <SelectValue />
              </SelectTrigger>
            </Field>
            <SelectContent>
              <SelectItem value={NOBODY}>{t('filters.nobody')}</SelectItem>
              {people.map(({ id, name }) => (
                <SelectItem key={id} value={id}>
                  {name}
                </SelectItem>
              ))}
            </SelectContent>
          </Select>
          <Field
            label={t('columns.due')}
            error={isChecked && due === '' ? t('details.dueMissing') : said('due_on')}
          >
            <Input type="date" value={due} onChange={(event) => setDue(event.target.value)} />
          </Field>
          <Field
            label={t('columns.amount')}
            optional
            help={t('details.amountHelp')}
            error={isChecked && wrongAmount ? t('amount.wrong') : said('amount')}
          >
            <Input
              inputMode="decimal"
              autoComplete="off"
              value={amount}
              onChange={(event) => setAmount(event.target.value)}
            />
          </Field>
          <Field label={t('columns.product')} optional error={said('product')}>
            <Input
              autoComplete="off"
              maxLength={200}
              value={product}
              onChange={(event) => setProduct(event.target.value)}
            />
          </Field>
          <Field label={t('columns.invoice')} error={said('invoice_id')}>
            <InvoiceChoice value={invoice} onChange={setInvoice} />
          </Field>
          <DialogFooter>
            <Button variant="outline" onClick={onClose}>
              {c('actions.cancel')}
            </Button>
            <Button type="submit" disabled={save.isPending}>
              {c('actions.save')}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  )
}
