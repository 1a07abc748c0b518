'use client'

import { zodResolver } from '@hookform/resolvers/zod'
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
import { useT } from '@/lib/i18n'
import { applyProblem } from '@/lib/problem'
import { FormProblem } from './form-problem'

export const ROLES = ['admin', 'member', 'viewer'] as const
export type MemberRole = (typeof ROLES)[number]

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
export function InviteDialog({ title, detail, withRole = true, onClose, onInvite }: InviteDialogProps) {
  const t = useT('settings.members')
  const common = useT('common')
  const form = useForm<Invitation>({
    resolver: zodResolver(
      z.object({
        email: z
          .string()
          .trim()
          .regex(/^\S+@\S+$/, t('emailWrong')),
        name: z.string().trim().max(200),
        role: z.enum(ROLES),
      }),
    ),
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
            <Input type="email" autoComplete="off" maxLength={254} {...form.register('email')} />
          </Field>
          <Field label={t('name')} error={errors.name?.message} optional>
            <Input autoComplete="off" maxLength={200} {...form.register('name')} />
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

interface RoleSelectProps {
  value: MemberRole
  onChange: (role: MemberRole) => void
  disabled?: boolean
  className?: string
  'aria-label'?: string
}

export function RoleSelect({ value, onChange, disabled, className, ...named }: RoleSelectProps) {
  const common = useT('common')
  return (
    <Select value={value} onValueChange={(role) => onChange(role as MemberRole)} disabled={disabled}>
      <SelectTrigger className={className} {...named}>
        <SelectValue />
      </SelectTrigger>
      <SelectContent>
        {ROLES.map((role) => (
          <SelectItem key={role} value={role}>
            {common(`role.${role}`)}
          </SelectItem>
        ))}
      </SelectContent>
    </Select>
  )
}
