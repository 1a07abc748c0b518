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
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { Textarea } from '@/components/ui/textarea'
import { useT } from '@/lib/i18n'
import { asProblem } from '@/lib/problem'
import { toast } from '@/lib/toast'
import { NOTE_KINDS, NOTE_OUTCOMES, type NoteKind, type NoteOutcome, useAddNote } from './api'

interface Props {
  customer: { id: string; name: string }
  onClose: () => void
  /** After it was noted, with what came of it. */
  onNoted?: (outcome: NoteOutcome | null) => void
}

const NOTHING = 'nothing'

/** Notes a call, or another talk with a customer. */
export default function LogContact({ customer, onClose, onNoted }: Props) {
  const t = useT('contacts')
  const c = useT('common')
  const add = useAddNote()
  const [kind, setKind] = useState<NoteKind>('call')
  const [outcome, setOutcome] = useState<NoteOutcome | typeof NOTHING>('reached')
  const [text, setText] = useState('')
  const [isChecked, setChecked] = useState(false)
  // One for the dialog, so that a second press notes nothing twice.
  const [header] = useState(() => ({ 'Idempotency-Key': crypto.randomUUID() }))
  const hasOutcome = kind !== 'note'
  const came = hasOutcome && outcome !== NOTHING ? outcome : null
  const problem = add.error ? asProblem(add.error) : null
  const submit = () => {
    setChecked(true)
    if (text.trim() === '') return
    add.mutate(
      {
        params: { path: { customer_id: customer.id }, header },
        body: { kind, outcome: came, at: null, text: text.trim() },
      },
      {
        onSuccess: () => {
          toast.success(t('log.done', { name: customer.name }))
          onClose()
          onNoted?.(came)
        },
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
            <DialogTitle>{t('log.title', { name: customer.name })}</DialogTitle>
            <DialogDescription>{t('log.detail')}</DialogDescription>
          </DialogHeader>
          {problem && problem.fields.length === 0 && <ProblemAlert error={problem} />}
          <div className="grid gap-4 sm:grid-cols-2">
            <Select value={kind} onValueChange={(value) => setKind(value as NoteKind)}>
              <Field label={t('log.kind')}>
                <SelectTrigger>
                  <SelectValue />
                </SelectTrigger>
              </Field>
              <SelectContent>
                {NOTE_KINDS.map((each) => (
                  <SelectItem key={each} value={each}>
                    {t(`kind.${each}`)}
                  </SelectItem>
                ))}
              </SelectContent>
            </Select>
            {hasOutcome && (
              <Select
                value={outcome}
                onValueChange={(value) => setOutcome(value as NoteOutcome | typeof NOTHING)}
              >
                <Field label={t('log.outcome')}>
                  <SelectTrigger>
                    <SelectValue />
                  </SelectTrigger>
                </Field>
                <SelectContent>
                  {NOTE_OUTCOMES.map((each) => (
                    <SelectItem key={each} value={each}>
                      {t(`outcome.${each}`)}
                    </SelectItem>
                  ))}
                  <SelectItem value={NOTHING}>{t('log.noOutcome')}</SelectItem>
                </SelectContent>
              </Select>
            )}
          </div>
          <Field
            label={t('log.text')}
            help={t('log.textHelp')}
            error={
              isChecked && text.trim() === ''
                ? t('log.textMissing')
                : problem?.fields.find(({ field }) => field === 'text')?.message
            }
          >
            <Textarea
              rows={4}
              maxLength={4000}
              autoFocus
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          </Field>
          <DialogFooter>
            <Button variant="outline" onClick={onClose}>
              {c('actions.cancel')}
            </Button>
            <Button type="submit" disabled={add.isPending}>
              {t('log.save')}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  )
}
