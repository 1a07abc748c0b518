'use client'

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
import { Input } from '@/components/ui/input'
import { useT } from '@/lib/i18n'
import { applyProblem } from '@/lib/problem'
import { toast } from '@/lib/toast'
import { FormProblem } from './form-problem'
import { useCreateSuppression } from './suppressions-api'

/** Has an address not be written to: for good, or through a day. */
export default function SuppressionDialog({ onClose }: { onClose: () => void }) {
  const t = useT('suppressions.dialog')
  const c = useT('common')
  const create = useCreateSuppression()
  const form = useForm({ mode: 'onTouched', defaultValues: { address: '', detail: '', until: '' } })
  const { errors, isSubmitting } = form.formState
  const save = form.handleSubmit(async ({ address, detail, until }) => {
    // Through the whole of that day, where the reader is.
    const ends = until ? new Date(`${until}T23:59:59`).toISOString() : null
    try {
      const made = await create.mutateAsync({
        body: { address: address.trim(), detail: detail.trim(), until: ends },
      })
      toast.success(t('saved', { address: made.address ?? address }))
      onClose()
    } catch (error) {
      applyProblem(form, error)
    }
  })
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent>
        <form onSubmit={(event) => void save(event)} className="contents" noValidate>
          <DialogHeader>
            <DialogTitle>{t('title')}</DialogTitle>
            <DialogDescription>{t('detail')}</DialogDescription>
          </DialogHeader>
          <Field label={t('address')} error={errors.address?.message}>
            <Input
              {...form.register('address', { validate: (entry) => Boolean(entry.trim()) || t('needed') })}
              type="email"
              autoComplete="off"
              maxLength={254}
            />
          </Field>
          <Field label={t('why')} optional error={errors.detail?.message}>
            <Input {...form.register('detail')} autoComplete="off" maxLength={500} />
          </Field>
          <Field label={t('until')} help={t('untilHelp')} optional error={errors.until?.message}>
            <Input {...form.register('until')} type="date" className="w-44" />
          </Field>
          <FormProblem message={errors.root?.message} />
          <DialogFooter>
            <Button variant="outline" onClick={onClose}>
              {c('actions.cancel')}
            </Button>
            <Button type="submit" disabled={isSubmitting}>
              {t('save')}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  )
}
