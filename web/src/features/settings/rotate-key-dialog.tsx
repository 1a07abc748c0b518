'use client'

import { useState } from 'react'
import { useForm } from 'react-hook-form'
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
import { useT } from '@/lib/i18n'
import { applyProblem } from '@/lib/problem'
import { FormProblem } from './form-problem'
import { type IssuedKey, type Key, useRotateKey } from './keys-api'

/** Hours that the former key may go on. */
const OVERLAPS = [0, 1, 24, 72, 168]

interface DialogProps {
  onClose: () => void
  onIssued: (key: IssuedKey) => void
}

/** Replaces a key, whose old secret goes on for as long as it takes to bring the new one everywhere. */
export default function RotateKeyDialog({ apiKey, onClose, onIssued }: DialogProps & { apiKey: Key }) {
  const t = useT('settings.keys')
  const common = useT('common')
  const rotate = useRotateKey()
  const [hours, setHours] = useState(24)
  const form = useForm()
  const submit = form.handleSubmit(async () => {
    try {
      onIssued(
        await rotate.mutateAsync({ params: { path: { key_id: apiKey.id } }, body: { overlap_hours: hours } }),
      )
      rotate.reset()
      onClose()
    } catch (error) {
      applyProblem(form, error)
    }
  })
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent>
        <form onSubmit={submit} className="contents">
          <DialogHeader>
            <DialogTitle>{t('rotateTitle', { name: apiKey.name })}</DialogTitle>
            <DialogDescription>{t('rotateDetail')}</DialogDescription>
          </DialogHeader>
          <FormProblem message={form.formState.errors.root?.message} />
          <Select value={String(hours)} onValueChange={(value) => setHours(Number(value))}>
            <Field label={t('overlap')} help={t('overlapHelp')}>
              <SelectTrigger>
                <SelectValue />
              </SelectTrigger>
            </Field>
            <SelectContent>
              {OVERLAPS.map((each) => (
                <SelectItem key={each} value={String(each)}>
                  {t('hours', { count: each })}
                </SelectItem>
              ))}
            </SelectContent>
          </Select>
          <DialogFooter>
            <Button variant="outline" onClick={onClose}>
              {common('actions.cancel')}
            </Button>
            <Button type="submit" disabled={form.formState.isSubmitting}>
              {t('rotate')}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  )
}
