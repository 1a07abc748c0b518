'use client'

import { Controller, useForm } from 'react-hook-form'
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
import { useFormat } from '@/lib/format'
import { someText } from '@/lib/form-rules'
import { useT } from '@/lib/i18n'
import { applyProblem } from '@/lib/problem'
import { FormProblem } from './form-problem'
import { type IssuedKey, useCreateKey } from './keys-api'
import { ScopePicker } from './scope-picker'
import type { Scope } from './scopes'

/** Days that a key may live. */
const LIFETIMES = [30, 90, 365, 1095]

interface DialogProps {
  onClose: () => void
  onIssued: (key: IssuedKey) => void
}

/** Makes a key: what it is for, what it may do, and until when. */
export default function CreateKeyDialog({ onClose, onIssued }: DialogProps) {
  const t = useT('settings.keys')
  const common = useT('common')
  const format = useFormat()
  const create = useCreateKey()
  const form = useForm({
    defaultValues: { name: '', scopes: ['read'] as Scope[], expires_in_days: 365 },
  })
  const { errors, isSubmitting } = form.formState
  const submit = form.handleSubmit(async (body) => {
    try {
      onIssued(await create.mutateAsync({ body }))
      create.reset()
      onClose()
    } catch (error) {
      applyProblem(form, error)
    }
  })
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent>
        <form onSubmit={submit} noValidate className="contents">
          <DialogHeader>
            <DialogTitle>{t('createTitle')}</DialogTitle>
            <DialogDescription>{t('createDetail')}</DialogDescription>
          </DialogHeader>
          <FormProblem message={errors.root?.message} />
          <Field label={t('name')} help={t('nameHelp')} error={errors.name?.message}>
            <Input
              autoComplete="off"
              maxLength={100}
              {...form.register('name', someText(t('nameMissing')))}
            />
          </Field>
          <Controller
            control={form.control}
            name="scopes"
            rules={{ validate: (scopes) => scopes.length > 0 || t('scopesMissing') }}
            render={({ field }) => (
              <ScopePicker value={field.value} onChange={field.onChange} error={errors.scopes?.message} />
            )}
          />
          <Controller
            control={form.control}
            name="expires_in_days"
            render={({ field }) => (
              <Select value={String(field.value)} onValueChange={(days) => field.onChange(Number(days))}>
                <Field label={t('expiry')} error={errors.expires_in_days?.message}>
                  <SelectTrigger>
                    <SelectValue />
                  </SelectTrigger>
                </Field>
                <SelectContent>
                  {LIFETIMES.map((days) => (
                    <SelectItem key={days} value={String(days)}>
                      {format.days(days)}
                    </SelectItem>
                  ))}
                </SelectContent>
              </Select>
            )}
          />
          <DialogFooter>
            <Button variant="outline" onClick={onClose}>
              {common('actions.cancel')}
            </Button>
            <Button type="submit" disabled={isSubmitting}>
              {t('create')}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  )
}
