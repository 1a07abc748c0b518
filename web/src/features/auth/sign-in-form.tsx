'use client'

import { useEffect, useState } from 'react'
import { useForm } from 'react-hook-form'
import { PasswordInput } from '@/components/password-input'
import { Alert, AlertDescription } from '@/components/ui/alert'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { api } from '@/lib/api'
import { secretOf, someText } from '@/lib/form-rules'
import { useT } from '@/lib/i18n'
import { applyProblem, asProblem, type Problem } from '@/lib/problem'
import { useRefusalText } from './refusal'
import { clock, secondsAhead, useSecondsUntil } from './wait'

/** Email and password. `done` is called when the browser has its session. */
export function SignInForm({ done, isFirst }: { done: () => void; isFirst: boolean }) {
  const t = useT('auth')
  const say = useRefusalText()
  const [refusal, setRefusal] = useState<Problem | null>(null)
  const [lockedUntil, setLockedUntil] = useState<number | null>(null)
  const wait = useSecondsUntil(lockedUntil)
  const form = useForm({
    defaultValues: { email: '', password: '' },
    mode: 'onTouched',
  })
  const { errors, isSubmitting } = form.formState
  const { setFocus } = form
  const signIn = api.useMutation('post', '/api/session')

  useEffect(() => {
    if (isFirst) setFocus('email')
  }, [isFirst, setFocus])

  const submit = form.handleSubmit(async (body) => {
    setRefusal(null)
    try {
      await signIn.mutateAsync({ body })
    } catch (error) {
      const problem = asProblem(error)
      setRefusal(problem)
      setLockedUntil(problem.status === 429 ? secondsAhead(problem.retryAfter ?? 60) : null)
      // A wrong password is typed again from the start, and the address seldom is.
      form.resetField('password')
      applyProblem(form, problem)
      setFocus(problem.fields.some(({ field }) => field === 'email') ? 'email' : 'password')
      return
    }
    done()
  })

  return (
    <form onSubmit={submit} method="post" noValidate className="space-y-4">
      {refusal && (
        <Alert variant="destructive">
          <AlertDescription>
            {refusal.status !== 429 ? (
              say(refusal)
            ) : wait > 0 ? (
              <>
                {/* The figure changes every second, which is not to be read out each time. */}
                <span className="sr-only">{refusal.detail}</span>
                <span aria-hidden>{t('signIn.locked', { time: clock(wait) })}</span> {t('signIn.lockedLink')}
              </>
            ) : (
              t('signIn.lockedOver')
            )}
          </AlertDescription>
        </Alert>
      )}
      <Field label={t('signIn.email')} error={errors.email?.message}>
        <Input
          type="email"
          autoComplete="username"
          maxLength={254}
          {...form.register('email', someText(t('signIn.emailMissing')))}
        />
      </Field>
      <Field label={t('signIn.password')} error={errors.password?.message}>
        <PasswordInput
          autoComplete="current-password"
          maxLength={200}
          {...form.register('password', secretOf(1, t('signIn.passwordMissing')))}
        />
      </Field>
      <Button type="submit" className="w-full" disabled={isSubmitting}>
        {t('signIn.submit')}
      </Button>
      <p className="text-xs text-muted-foreground">{t('signIn.forgotten')}</p>
    </form>
  )
}
