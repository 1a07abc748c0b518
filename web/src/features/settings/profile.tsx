'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useForm } from 'react-hook-form'
import { toast } from '@/lib/toast'
import { useConfirm } from '@/components/confirm'
import { Facts } from '@/components/definition-list'
import { Page } from '@/components/page'
import { Region } from '@/components/region'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Skeleton } from '@/components/ui/skeleton'
import { api } from '@/lib/api'
import { useDirtyGuard } from '@/lib/dirty-guard'
import { anyText } from '@/lib/form-rules'
import { useT } from '@/lib/i18n'
import { applyProblem } from '@/lib/problem'
import { SESSION_KEY, type SessionDocument } from '@/lib/session'
import { Appearance } from './appearance'
import { FormProblem } from './form-problem'
import { PasswordForm } from './password-form'
import { Section, Sections } from './section'
import { OwnSessions } from './sessions'

/** What is one's own: name, password, where one is signed in, and how the dashboard looks. */
export function Profile() {
  const t = useT('settings.profile')
  const session = api.useQuery('get', '/api/session')
  const methods = api.useQuery('get', '/api/session/methods')
  return (
    <Page title={t('title')} subtitle={t('subtitle')}>
      <Sections>
        <Region query={session} className="flex flex-col gap-4" skeleton={<Skeleton className="h-64" />}>
          {(found) => (
            <>
              <Section title={t('who')}>
                <Who session={found} />
              </Section>
              {methods.data?.local && found.method !== 'token' && (
                <Section title={t('password.title')} detail={t('password.detail')}>
                  <PasswordForm email={found.user.email} asksPassword={found.asks_password} />
                </Section>
              )}
            </>
          )}
        </Region>
        <Section title={t('sessions.title')} detail={t('sessions.detail')}>
          <OwnSessions />
        </Section>
        <Section title={t('appearance.title')} detail={t('appearance.detail')}>
          <Appearance />
        </Section>
      </Sections>
    </Page>
  )
}

function Who({ session }: { session: SessionDocument }) {
  const t = useT('settings.profile')
  const common = useT('common')
  const confirm = useConfirm()
  const queryClient = useQueryClient()
  const update = api.useMutation('put', '/api/session/profile', {
    onSuccess: (changed) => queryClient.setQueryData(SESSION_KEY, changed),
  })
  const form = useForm({
    defaultValues: { name: session.user.name },
  })
  const { errors, isDirty, isSubmitting } = form.formState
  useDirtyGuard(isDirty, () =>
    confirm({
      title: t('leave.title'),
      detail: t('leave.detail'),
      action: t('leave.action'),
      tone: 'destructive',
    }),
  )
  const submit = form.handleSubmit(async (body) => {
    try {
      const { user } = await update.mutateAsync({ body })
      form.reset({ name: user.name })
      toast.success(t('nameSaved'))
    } catch (error) {
      applyProblem(form, error)
    }
  })
  const roles = [session.role, session.is_operator ? ('operator' as const) : null].filter(
    (role) => role !== null,
  )
  return (
    <div className="flex flex-col gap-4">
      <Facts
        items={[
          { label: t('email'), value: session.user.email },
          { label: t('company'), value: session.tenant?.name ?? t('noCompany') },
          { label: t('role'), value: roles.map((role) => common(`role.${role}`)).join(', ') || t('noRole') },
        ]}
      />
      <form onSubmit={submit} noValidate className="flex flex-col gap-3">
        <FormProblem message={errors.root?.message} />
        <Field label={t('name')} help={t('nameHelp')} error={errors.name?.message}>
          <Input autoComplete="name" maxLength={200} {...form.register('name', anyText)} />
        </Field>
        <div>
          <Button type="submit" disabled={!isDirty || isSubmitting}>
            {isSubmitting ? common('actions.saving') : common('actions.save')}
          </Button>
        </div>
      </form>
    </div>
  )
}
