'use client'

import { Controller, useForm } from 'react-hook-form'
import { SchemaField, type WithConfig } from '@/components/schema-field'
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
import { configOf, entriesOf, fieldsOf } from '@/lib/form-fields'
import { useT } from '@/lib/i18n'
import { applyProblem, asProblem } from '@/lib/problem'
import { toast } from '@/lib/toast'
import { FormProblem } from '../form-problem'
import { useSetUpWriter, type Writer } from './api'

interface Values extends WithConfig {
  is_agreed: boolean
}

/** Sets up a writer; of secrets only what is entered is sent, and stored ones stay. */
export default function WriterDialog({ writer, onClose }: { writer: Writer; onClose: () => void }) {
  const t = useT('writing')
  const common = useT('common')
  const setUp = useSetUpWriter()
  const fields = fieldsOf(writer.form, writer.sealed)
  const form = useForm<Values>({
    mode: 'onTouched',
    defaultValues: { config: entriesOf(fields, writer.config), is_agreed: writer.agreed_at !== null },
  })
  const { errors, isSubmitting } = form.formState
  const save = form.handleSubmit(async ({ config, is_agreed: isAgreed }) => {
    try {
      await setUp.mutateAsync({
        params: { path: { plugin: writer.plugin }, header: { 'If-Match': `"${writer.version}"` } },
        body: { config: configOf(fields, config), is_agreed: isAgreed },
      })
      toast.success(t('writers.saved', { name: writer.name }))
      onClose()
    } catch (error) {
      if (asProblem(error).status === 412)
        form.setError('root', { message: common('problem.conflict.detail') })
      else applyProblem(form, error)
    }
  })
  return (
    <Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>{t('writers.formTitle', { name: writer.name })}</DialogTitle>
          <DialogDescription>{t('writers.formDetail')}</DialogDescription>
        </DialogHeader>
        <form onSubmit={(event) => void save(event)} className="flex flex-col gap-4" noValidate>
          {fields.map((field) => (
            <SchemaField key={field.name} field={field} control={form.control} />
          ))}
          {writer.is_remote && (
            <Controller
              control={form.control}
              name="is_agreed"
              render={({ field }) => (
                <Field label={t('writers.agree')} help={t('writers.agreeHelp')} layout="inline">
                  <Checkbox
                    ref={field.ref}
                    checked={field.value}
                    onCheckedChange={(checked) => field.onChange(checked === true)}
                  />
                </Field>
              )}
            />
          )}
          <FormProblem message={errors.root?.message} />
          <DialogFooter>
            <Button variant="outline" onClick={onClose}>
              {common('actions.cancel')}
            </Button>
            <Button type="submit" disabled={isSubmitting}>
              {common(isSubmitting ? 'actions.saving' : 'actions.save')}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  )
}
