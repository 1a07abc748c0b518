'use client'

import { useForm } from 'react-hook-form'
import { toast } from '@/lib/toast'
import { Alert } from '@/components/ui/alert'
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
import { useViews } from './api'

interface Props {
  page: string
  query: string
  onSaved: (id: string) => void
  onClose: () => void
}

/** Asks for the name under which what is looked at is kept. */
export function SaveView({ page, query, onSaved, onClose }: Props) {
  const t = useT('views')
  const { create } = useViews(page)
  const form = useForm({ defaultValues: { name: '' } })
  const { errors } = form.formState
  const save = form.handleSubmit(({ name }) =>
    create.mutateAsync({ body: { page, name, query } }).then(
      (view) => {
        toast.success(t('saved', { name: view.name }))
        onSaved(view.id)
        onClose()
      },
      (error: unknown) => applyProblem(form, error),
    ),
  )
  return (
    <Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <DialogContent>
        <form onSubmit={(event) => void save(event)} className="contents" noValidate>
          <DialogHeader>
            <DialogTitle>{t('saveTitle')}</DialogTitle>
            <DialogDescription>{t('saveDetail')}</DialogDescription>
          </DialogHeader>
          <Field label={t('name')} error={errors.name?.message}>
            <Input
              {...form.register('name', { validate: (name) => name.trim() !== '' || t('nameNeeded') })}
              maxLength={60}
              autoComplete="off"
              autoFocus
            />
          </Field>
          {errors.root && <Alert variant="destructive">{errors.root.message}</Alert>}
          <DialogFooter>
            <Button type="button" variant="outline" onClick={onClose}>
              {t('cancel')}
            </Button>
            <Button type="submit" disabled={create.isPending}>
              {t('keep')}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  )
}
