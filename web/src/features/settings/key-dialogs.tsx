'use client'

import { zodResolver } from '@hookform/resolvers/zod'
import { useState } from 'react'
import { Controller, useForm } from 'react-hook-form'
import { z } from 'zod'
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
import { useT } from '@/lib/i18n'
import { applyProblem } from '@/lib/problem'
import { FormProblem } from './form-problem'
import { type IssuedKey, type Key, useCreateKey, useRotateKey } from './keys-api'
import { ScopePicker } from './scope-picker'
import type { Scope } from './scopes'

const LIFETIMES = [30, 90, 365, 1095]
const OVERLAPS = [0, 1, 24, 72, 168]

interface DialogProps {
  onClose: () => void
  onIssued: (key: IssuedKey) => void
}

/** Makes a key: what it is for, what it may do, and until when. */
export function CreateKeyDialog({ onClose, onIssued }: DialogProps) {
  const t = useT('settings.keys')
  const common = useT('common')
  const format = useFormat()
  const create = useCreateKey()
  const form = useForm({
    resolver: zodResolver(
      z.object({
        name: z.string().trim().min(1, t('nameMissing')).max(100),
        scopes: z.array(z.custom<Scope>()).min(1, t('scopesMissing')),
        expires_in_days: z.number(),
      }),
    ),
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
            <Input autoComplete="off" maxLength={100} {...form.register('name')} />
          </Field>
          <Controller
            control={form.control}
            name="scopes"
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

/** Replaces a key, whose old secret goes on for as long as it takes to bring the new one everywhere. */
export function RotateKeyDialog({ apiKey, onClose, onIssued }: DialogProps & { apiKey: Key }) {
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
