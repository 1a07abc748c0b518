'use client'

import { useEffect, useRef, useState } from 'react'
import { useForm } from 'react-hook-form'
import { PasswordInput } from '@/components/password-input'
import { Alert, AlertDescription } from '@/components/ui/alert'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { api } from '@/lib/api'
import { secretOf } from '@/lib/form-rules'
import { useT } from '@/lib/i18n'
import { applyProblem } from '@/lib/problem'
import { useRefusalText } from './refusal'

/** Who came by a link is in, and sets a password for the next time. `done` goes on, with or without one. */
export function NewPasswordForm({ email, done }: { email: string; done: () => void }) {
  const t = useT('auth')
  const title = useRef<HTMLHeadingElement>(null)
  const say = useRefusalText()
  const [refusal, setRefusal] = useState('')
  const form = useForm({
    defaultValues: { password: '' },
  })
  const change = api.useMutation('put', '/api/session/password')

  useEffect(() => title.current?.focus(), [])

  const submit = form.handleSubmit(async ({ password }) => {
    setRefusal('')
    try {
      await change.mutateAsync({ body: { password, current_password: null } })
    } catch (error) {
      setRefusal(say(error))
      applyProblem(form, error)
      form.setFocus('password')
      return
    }
    done()
  })

  return (
    <>
      <h1 ref={title} tabIndex={-1} className="mb-2 text-xl font-semibold outline-none">
        {t('newPassword.title')}
      </h1>
      <p className="mb-4">
        {t.rich('newPassword.as', { email, who: (who) => <strong className="break-all">{who}</strong> })}
      </p>
      <form onSubmit={submit} method="post" noValidate className="space-y-4">
        {refusal && (
          <Alert variant="destructive">
            <AlertDescription>{refusal}</AlertDescription>
          </Alert>
        )}
        {/* For password managers: whose password it is. */}
        <input type="email" autoComplete="username" value={email} readOnly hidden />
        <Field
          label={t('newPassword.label')}
          help={t('newPassword.hint')}
          error={form.formState.errors.password?.message}
        >
          <PasswordInput
            autoComplete="new-password"
            maxLength={200}
            {...form.register('password', secretOf(12, t('newPassword.short')))}
          />
        </Field>
        <div className="flex gap-2">
          <Button type="submit" disabled={form.formState.isSubmitting}>
            {t('newPassword.submit')}
          </Button>
          <Button type="button" variant="ghost" onClick={done}>
            {t('newPassword.later')}
          </Button>
        </div>
      </form>
    </>
  )
}
