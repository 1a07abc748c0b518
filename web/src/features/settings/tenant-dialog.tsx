'use client'

import { Controller, useForm } from 'react-hook-form'
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
import { someText, textLike } from '@/lib/form-rules'
import { useLocale, useT } from '@/lib/i18n'
import { applyProblem } from '@/lib/problem'
import { currencies, timeZones } from './choices'
import { FormProblem } from './form-problem'

export interface NewTenant {
  name: string
  key: string
  home_currency: string
  time_zone: string
  admin_email: string
}

/** Asks for a company that is to be made, and for its first admin. */
export default function TenantDialog({
  onClose,
  onCreate,
}: {
  onClose: () => void
  onCreate: (tenant: NewTenant) => Promise<void>
}) {
  const t = useT('settings.tenants')
  const common = useT('common')
  const { locale } = useLocale()
  const form = useForm<NewTenant>({
    defaultValues: {
      name: '',
      key: '',
      home_currency: 'USD',
      time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC',
      admin_email: '',
    },
    mode: 'onTouched',
  })
  const { errors, isSubmitting } = form.formState
  const submit = form.handleSubmit(async (tenant) => {
    try {
      await onCreate(tenant)
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
          <Field label={t('name')} error={errors.name?.message}>
            <Input
              autoComplete="off"
              maxLength={200}
              {...form.register('name', someText(t('nameMissing')))}
            />
          </Field>
          <Field label={t('key')} help={t('keyHelp')} error={errors.key?.message} optional>
            <Input
              autoComplete="off"
              maxLength={40}
              className="font-mono"
              {...form.register('key', textLike(/^([a-z][a-z0-9_]{0,39})?$/, t('keyWrong')))}
            />
          </Field>
          <div className="grid gap-4 sm:grid-cols-2">
            <Controller
              control={form.control}
              name="home_currency"
              render={({ field }) => (
                <Field label={t('currency')} error={errors.home_currency?.message}>
                  <Combobox
                    options={currencies(field.value, locale)}
                    value={field.value}
                    onChange={(code) => code && field.onChange(code)}
                  />
                </Field>
              )}
            />
            <Controller
              control={form.control}
              name="time_zone"
              render={({ field }) => (
                <Field label={t('timeZone')} error={errors.time_zone?.message}>
                  <Combobox
                    options={timeZones(field.value, locale)}
                    value={field.value}
                    onChange={(zone) => zone && field.onChange(zone)}
                  />
                </Field>
              )}
            />
          </div>
          <Field label={t('admin')} help={t('adminHelp')} error={errors.admin_email?.message} optional>
            <Input
              type="email"
              autoComplete="off"
              maxLength={254}
              {...form.register('admin_email', textLike(/^(\S+@\S+)?$/, t('emailWrong')))}
            />
          </Field>
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
