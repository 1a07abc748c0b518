'use client'

import { useState } from 'react'
import { useForm } from 'react-hook-form'
import { useConfirm } from '@/components/confirm'
import { Facts } from '@/components/definition-list'
import { Alert, AlertTitle } from '@/components/ui/alert'
import { Button } from '@/components/ui/button'
import { Checkbox } from '@/components/ui/checkbox'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { api } from '@/lib/api'
import { useFormat } from '@/lib/format'
import { someText, textLike } from '@/lib/form-rules'
import { useT } from '@/lib/i18n'
import { applyProblem } from '@/lib/problem'
import type { components } from '@/lib/schema'
import { useCan } from '@/lib/session'
import { FormProblem } from './form-problem'

type Preview = components['schemas']['ErasurePreview']
type Erased = components['schemas']['Erased']

/** Looks for a person by their address, gives what is held of them, and erases it. */
export function Erasure() {
  const t = useT('settings.privacy.erasure')
  const [found, setFound] = useState<{ email: string; preview: Preview } | null>(null)
  const [erased, setErased] = useState<Erased | null>(null)
  const preview = api.useMutation('post', '/api/privacy/contacts/preview')
  const form = useForm({
    defaultValues: { email: '' },
  })
  const submit = form.handleSubmit(async ({ email }) => {
    setErased(null)
    setFound(null)
    try {
      setFound({ email, preview: await preview.mutateAsync({ body: { email } }) })
    } catch (error) {
      applyProblem(form, error)
    }
  })
  return (
    <div className="flex flex-col gap-4">
      <form onSubmit={submit} noValidate className="flex flex-col gap-3">
        <FormProblem message={form.formState.errors.root?.message} />
        <Field label={t('email')} error={form.formState.errors.email?.message}>
          <Input
            type="email"
            autoComplete="off"
            maxLength={254}
            {...form.register('email', textLike(/^\S+@\S+\.\S+$/, t('emailWrong')))}
          />
        </Field>
        <div>
          <Button type="submit" variant="outline" disabled={form.formState.isSubmitting}>
            {t('look')}
          </Button>
        </div>
      </form>
      {found && (
        <Found
          {...found}
          onErased={(certificate) => {
            setErased(certificate)
            setFound(null)
            form.reset()
          }}
        />
      )}
      {erased && <Certificate erased={erased} />}
    </div>
  )
}

function Found({
  email,
  preview,
  onErased,
}: {
  email: string
  preview: Preview
  onErased: (erased: Erased) => void
}) {
  const t = useT('settings.privacy.erasure')
  const confirm = useConfirm()
  const canErase = useCan('eraseContact')
  const erase = api.useMutation('post', '/api/privacy/contacts/erasure')
  const dump = api.useMutation('post', '/api/privacy/contacts/export', { gcTime: 0 })
  const form = useForm({
    defaultValues: { reason: '', include_name: false },
  })
  const { errors, isSubmitting } = form.formState
  const mentions = Object.values(preview.places).reduce((sum, count) => sum + count, 0)
  if (mentions === 0 && preview.customers === 0) return <p role="status">{t('nothing', { email })}</p>

  const submit = form.handleSubmit(async (body) => {
    const question = {
      title: t('confirm.title', { email }),
      detail: t('confirm.detail', { customers: preview.customers, mentions }),
      action: t('erase'),
      typeToConfirm: email,
    }
    if (!(await confirm({ ...question, tone: 'destructive' }))) return
    try {
      onErased(await erase.mutateAsync({ body: { email, ...body } }))
    } catch (error) {
      applyProblem(form, error)
    }
  })
  const download = async () => {
    try {
      save(await dump.mutateAsync({ body: { email } }))
    } catch (error) {
      applyProblem(form, error)
    } finally {
      dump.reset()
    }
  }
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-3 border-t pt-4">
      <h3 className="font-medium">{t('held', { email })}</h3>
      <Facts
        items={[
          { label: t('customers'), value: preview.customers },
          ...(preview.names.length ? [{ label: t('names'), value: preview.names.join(', ') }] : []),
          ...Object.entries(preview.places).map(([place, count]) => ({ label: place, value: count })),
        ]}
      />
      <div>
        <Button variant="outline" size="sm" disabled={dump.isPending} onClick={() => void download()}>
          {t('download')}
        </Button>
      </div>
      <FormProblem message={errors.root?.message} />
      {canErase && (
        <>
          <Field label={t('reason')} help={t('reasonHelp')} error={errors.reason?.message}>
            <Input
              autoComplete="off"
              maxLength={500}
              {...form.register('reason', someText(t('reasonMissing')))}
            />
          </Field>
          <Field label={t('includeName')} help={t('includeNameHelp')} layout="inline">
            <Checkbox onCheckedChange={(isOn) => form.setValue('include_name', isOn === true)} />
          </Field>
          <div>
            <Button type="submit" variant="destructive" disabled={isSubmitting}>
              {t('erase')}
            </Button>
          </div>
        </>
      )}
    </form>
  )
}

function Certificate({ erased }: { erased: Erased }) {
  const t = useT('settings.privacy.erasure')
  const format = useFormat()
  return (
    <Alert>
      <AlertTitle>{t('done')}</AlertTitle>
      <Facts
        items={[
          { label: t('pseudonym'), value: <code className="font-mono text-xs">{erased.pseudonym}</code> },
          { label: t('customers'), value: erased.customers },
          { label: t('at'), value: format.instant(erased.erased_at) },
          { label: t('reason'), value: erased.reason },
        ]}
      />
    </Alert>
  )
}

/** Hands a document to the browser as a file. Its name does not name the person. */
function save(document_: components['schemas']['ContactExport']): void {
  const address = URL.createObjectURL(
    new Blob([JSON.stringify(document_, null, 2)], { type: 'application/json' }),
  )
  const link = document.createElement('a')
  link.href = address
  link.download = 'contact.json'
  link.click()
  URL.revokeObjectURL(address)
}
