'use client'

import { useState } from 'react'
import { once, useDisputesChanged } from '@/components/disputes/api'
import { EVIDENCE, useDisputeWords } from '@/components/disputes/words'
import { ProblemAlert } from '@/components/problem-alert'
import { Button } from '@/components/ui/button'
import { Combobox } from '@/components/ui/combobox'
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
import { useT } from '@/lib/i18n'
import { asProblem } from '@/lib/problem'
import type { Evidence } from './api'

const STATUSES = ['have', 'missing', 'not_needed'] as const

interface Props {
  disputeId: string
  /** What is known of it; without a kind, the reader chooses one. */
  evidence: Partial<Evidence>
  onClose: () => void
}

/** Says of a piece of evidence whether it is at hand, and where. */
export default function EvidenceDialog({ disputeId, evidence, onClose }: Props) {
  const t = useT('disputes')
  const c = useT('common')
  const words = useDisputeWords()
  const changed = useDisputesChanged()
  const save = api.useMutation('post', '/api/disputes/{dispute_id}/evidence')
  const [kind, setKind] = useState<string | null>(evidence.kind ?? null)
  const [status, setStatus] = useState<(typeof STATUSES)[number]>(
    evidence.kind && evidence.status ? evidence.status : 'have',
  )
  const [url, setUrl] = useState(evidence.url ?? '')
  const [note, setNote] = useState(evidence.note ?? '')
  const [isChecked, setChecked] = useState(false)
  const wrongUrl = url.trim() !== '' && !/^https:\/\/\S+$/.test(url.trim())
  const fields = new Map(
    save.error ? asProblem(save.error).fields.map(({ field, message }) => [field, message]) : [],
  )
  const submit = () => {
    setChecked(true)
    if (kind === null || wrongUrl) return
    save.mutate(
      {
        params: { path: { dispute_id: disputeId }, header: once() },
        body: {
          kind: kind as (typeof EVIDENCE)[number],
          status,
          url: url.trim() || null,
          note: note.trim() || null,
        },
      },
      { onSuccess: () => void changed().then(onClose) },
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
            <DialogTitle>
              {evidence.kind ? words.evidence(evidence.kind) : t('evidenceDialog.title')}
            </DialogTitle>
            <DialogDescription>{t('evidenceDialog.detail')}</DialogDescription>
          </DialogHeader>
          {save.error && fields.size === 0 ? <ProblemAlert error={save.error} /> : null}
          {!evidence.kind && (
            <Field
              label={t('evidenceDialog.kind')}
              error={isChecked && kind === null ? t('evidenceDialog.kindMissing') : fields.get('kind')}
            >
              <Combobox
                value={kind}
                onChange={setKind}
                options={EVIDENCE.map((value) => ({ value, label: words.evidence(value) }))}
              />
            </Field>
          )}
          <Select value={status} onValueChange={(next) => setStatus(next as (typeof STATUSES)[number])}>
            <Field label={t('evidenceDialog.status')}>
              <SelectTrigger>
                <SelectValue />
              </SelectTrigger>
            </Field>
            <SelectContent>
              {STATUSES.map((each) => (
                <SelectItem key={each} value={each}>
                  {t(`evidenceStatus.${each}`)}
                </SelectItem>
              ))}
            </SelectContent>
          </Select>
          <Field
            label={t('evidenceDialog.url')}
            optional
            error={isChecked && wrongUrl ? t('new.urlWrong') : fields.get('url')}
          >
            <Input
              type="url"
              inputMode="url"
              autoComplete="off"
              placeholder="https://"
              value={url}
              onChange={(event) => setUrl(event.target.value)}
            />
          </Field>
          <Field label={t('evidenceDialog.note')} optional error={fields.get('note')}>
            <Textarea
              rows={3}
              maxLength={2000}
              value={note}
              onChange={(event) => setNote(event.target.value)}
            />
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
