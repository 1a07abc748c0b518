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
import { anyText, textLike } from '@/lib/form-rules'
import { useT } from '@/lib/i18n'
import { applyProblem } from '@/lib/problem'
import { FormProblem } from './form-problem'
import { type MemberRole, RoleSelect } from './role-select'

export interface Invitation {
  email: string
  name: string
  role: MemberRole
}

interface InviteDialogProps {
  title: string
  detail: string
  /** Left out where there is no choice. */
  withRole?: boolean
  onClose: () => void
  /** Sends it; what it throws is shown in the form. */
  onInvite: (invitation: Invitation) => Promise<void>
}

/** Asks who is to be let in, and as what. */
export default function InviteDialog({
  title,
  detail,
  withRole = true,
  onClose,
  onInvite,
}: InviteDialogProps) {
  const t = useT('settings.members')
  const common = useT('common')
  const form = useForm<Invitation>({
    defaultValues: { email: '', name: '', role: 'member' },
    mode: 'onTouched',
  })
  const { errors, isSubmitting } = form.formState
  const submit = form.handleSubmit(async (invitation) => {
    try {
      await onInvite(invitation)
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
            <DialogTitle>{title}</DialogTitle>
            <DialogDescription>{detail}</DialogDescription>
          </DialogHeader>
          <FormProblem message={errors.root?.message} />
          <Field label={t('email')} error={errors.email?.message}>
            <Input
              type="email"
              autoComplete="off"
              maxLength={254}
              {...form.register('email', textLike(/^\S+@\S+$/, t('emailWrong')))}
            />
          </Field>
          <Field label={t('name')} error={errors.name?.message} optional>
            <Input autoComplete="off" maxLength={200} {...form.register('name', anyText)} />
          </Field>
          {withRole && (
            <Controller
              control={form.control}
              name="role"
              render={({ field }) => (
                <Field label={t('role')} help={t(`about.${field.value}`)} error={errors.role?.message}>
                  <RoleSelect value={field.value} onChange={field.onChange} />
                </Field>
              )}
            />
          )}
          <DialogFooter>
            <Button variant="outline" onClick={onClose}>
              {common('actions.cancel')}
            </Button>
            <Button type="submit" disabled={isSubmitting}>
              {t('invite')}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  )
}
