'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useForm } from 'react-hook-form'
import { toast } from '@/lib/toast'
import { PasswordInput } from '@/components/password-input'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { api } from '@/lib/api'
import { secretOf } from '@/lib/form-rules'
import { useT } from '@/lib/i18n'
import { applyProblem } from '@/lib/problem'
import { FormProblem } from './form-problem'

/** Changes one's password; `asksPassword` says whether the present one has to be told. */
export function PasswordForm({ email, asksPassword }: { email: string; asksPassword: boolean }) {
  const t = useT('settings.profile.password')
  const queryClient = useQueryClient()
  const change = api.useMutation('put', '/api/session/password')
  const form = useForm({
    defaultValues: { current_password: '', password: '' },
  })
  const { errors, isSubmitting } = form.formState
  const submit = form.handleSubmit(async ({ password, current_password }) => {
    try {
      const body = { password, current_password: asksPassword ? current_password : null }
      const { ended_sessions: ended } = await change.mutateAsync({ body })
      form.reset()
      toast.success(t('changed'), { description: t('ended', { count: ended }) })
      void queryClient.invalidateQueries({ queryKey: ['get', '/api/sessions'] })
    } catch (error) {
      applyProblem(form, error)
    } finally {
      // Nothing that was typed stays among what the page remembers.
      change.reset()
    }
  })
  return (
    <form onSubmit={submit} method="post" noValidate className="flex flex-col gap-3">
      <FormProblem message={errors.root?.message} />
      {/* For password managers: whose password it is. */}
      <input type="email" autoComplete="username" value={email} readOnly hidden />
      {asksPassword && (
        <Field label={t('current')} error={errors.current_password?.message}>
          <PasswordInput
            autoComplete="current-password"
            maxLength={200}
            {...form.register('current_password', secretOf(1, t('currentMissing')))}
          />
        </Field>
      )}
      <Field label={t('fresh')} help={t('help')} error={errors.password?.message}>
        <PasswordInput
          autoComplete="new-password"
          maxLength={200}
          {...form.register('password', secretOf(12, t('short')))}
        />
      </Field>
      <div>
        <Button type="submit" disabled={isSubmitting}>
          {t('change')}
        </Button>
      </div>
    </form>
  )
}
