'use client'

import { useState } from 'react'
import { isAmount, plainAmount, typedAmount } from '@/components/disputes/amount'
import { disputeName } from '@/components/disputes/marks'
import { ACTIONS, type ResolutionAction, useDisputeWords, WITH_AMOUNT } from '@/components/disputes/words'
import { ProblemAlert } from '@/components/problem-alert'
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
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { Textarea } from '@/components/ui/textarea'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { asProblem } from '@/lib/problem'
import { useCan } from '@/lib/session'
import { toast } from '@/lib/toast'
import type { Dispute } from './api'
import { type Made, type Move, useMove } from './moves'

interface Props {
  dispute: Dispute
  move: Exclude<Move, 'investigate'>
  onClose: () => void
}

/** One move of a dispute: what it means, what is said along with it, and the button that makes it. */
export default function MoveDialog({ dispute, move, onClose }: Props) {
  const t = useT('disputes')
  const c = useT('common')
  const words = useDisputeWords()
  const format = useFormat()
  const send = useMove(dispute.id)
  const canWriteBack = useCan('writeBackAdjustment')
  const { proposal, currency } = dispute
  const begun = proposal ?? dispute.suggestion
  const [action, setAction] = useState<ResolutionAction>((begun?.action as ResolutionAction) ?? 'ask')
  const [amount, setAmount] = useState(plainAmount(begun?.amount ?? dispute.amount))
  const [outcome, setOutcome] = useState(dispute.outcomes[0] ?? 'withdrawn')
  const [note, setNote] = useState('')
  const [writesBack, setWritesBack] = useState(false)
  const [isChecked, setChecked] = useState(false)

  const needsNote = move === 'reject' || move === 'reopen'
  const gives = move === 'propose' && WITH_AMOUNT.includes(action)
  const wrongAmount = gives && !isAmount(amount)
  const missingNote = needsNote && note.trim() === ''
  const problem = send.error ? asProblem(send.error) : null
  const said = (field: string) => problem?.fields.find((each) => each.field === field)?.message
  const name = disputeName(dispute)

  const submit = () => {
    setChecked(true)
    if (wrongAmount || missingNote) return
    send.mutate(made(), {
      onSuccess: () => {
        toast.success(t(`moved.${move}`, { name }))
        onClose()
      },
    })
  }
  const made = (): Made => {
    const text = note.trim() || null
    switch (move) {
      case 'propose':
        return { move, body: { action, amount: gives ? typedAmount(amount) : null, note: text } }
      case 'accept':
        return { move, body: { note: text, write_back: writesBack } }
      case 'resolve':
        return { move, body: { outcome, note: text } }
      default:
        return { move, body: { note: text ?? '' } }
    }
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
            <DialogTitle>{t(`moveTitle.${move}`, { name })}</DialogTitle>
            <DialogDescription>{t(`moveDetail.${move}`)}</DialogDescription>
          </DialogHeader>
          {problem && problem.fields.length === 0 && <ProblemAlert error={problem} />}
          {move === 'accept' && begun && (
            <p className="rounded-md border px-3 py-2">
              <span className="font-medium">{words.action(begun.action)}</span>
              {begun.amount && currency && (
                <span className="ml-2 font-medium">{format.money(begun.amount, currency)}</span>
              )}
              {dispute.invoice && (
                <span className="ml-2 text-muted-foreground">
                  {t('move.onInvoice', { number: dispute.invoice.number })}
                </span>
              )}
            </p>
          )}
          {move === 'propose' && (
            <>
              <Select value={action} onValueChange={(next) => setAction(next as ResolutionAction)}>
                <Field label={t('move.action')} error={said('action')}>
                  <SelectTrigger>
                    <SelectValue />
                  </SelectTrigger>
                </Field>
                <SelectContent>
                  {ACTIONS.map((each) => (
                    <SelectItem key={each} value={each}>
                      {words.action(each)}
                    </SelectItem>
                  ))}
                </SelectContent>
              </Select>
              {gives && (
                <Field
                  label={t('move.amount', { currency: currency ?? '' })}
                  help={
                    dispute.invoice && currency
                      ? t('move.balance', { amount: format.money(dispute.invoice.balance, currency) })
                      : undefined
                  }
                  error={isChecked && wrongAmount ? t('amount.wrong') : said('amount')}
                >
                  <Input
                    inputMode="decimal"
                    autoComplete="off"
                    value={amount}
                    onChange={(event) => setAmount(event.target.value)}
                  />
                </Field>
              )}
            </>
          )}
          {move === 'resolve' && (
            <Select value={outcome} onValueChange={(next) => setOutcome(next as typeof outcome)}>
              <Field label={t('move.outcome')} error={said('outcome')}>
                <SelectTrigger>
                  <SelectValue />
                </SelectTrigger>
              </Field>
              <SelectContent>
                {dispute.outcomes.map((each) => (
                  <SelectItem key={each} value={each}>
                    {words.outcome(each)}
                  </SelectItem>
                ))}
              </SelectContent>
            </Select>
          )}
          <Field
            label={t(needsNote ? 'move.why' : 'move.note')}
            optional={!needsNote}
            error={isChecked && missingNote ? t('move.whyMissing') : said('note')}
          >
            <Textarea
              rows={3}
              maxLength={4000}
              value={note}
              onChange={(event) => setNote(event.target.value)}
            />
          </Field>
          {move === 'accept' && canWriteBack && (
            <Field label={t('move.writeBack')} help={t('move.writeBackHelp')} layout="inline">
              <Checkbox checked={writesBack} onCheckedChange={(checked) => setWritesBack(checked === true)} />
            </Field>
          )}
          <DialogFooter>
            <Button variant="outline" onClick={onClose}>
              {c('actions.cancel')}
            </Button>
            <Button type="submit" disabled={send.isPending}>
              {t(`move.${move}`)}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  )
}
