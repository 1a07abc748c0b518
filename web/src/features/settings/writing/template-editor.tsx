'use client'

import { useState } from 'react'
import { useConfirm } from '@/components/confirm'
import { ProblemAlert, useProblemText } from '@/components/problem-alert'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Textarea } from '@/components/ui/textarea'
import { useDirtyGuard } from '@/lib/dirty-guard'
import { useT } from '@/lib/i18n'
import { asProblem } from '@/lib/problem'
import { useCan } from '@/lib/session'
import { toast } from '@/lib/toast'
import { Section } from '../section'
import {
  type Template,
  type TemplateVariable,
  usePreviewTemplate,
  useResetTemplate,
  useStoreTemplate,
} from './api'
import { TriedMessage } from './tried-message'

const WORDS = [
  'greeting',
  'signature',
  'statement',
  'ways_to_pay',
  'total',
  'count',
  'invoice',
  'invoices',
  'customer',
  'sender',
  'today',
  'page',
  'payment_link',
  'iban',
  'late_fee',
  'interest_rate',
  'discount',
  'reply',
] as const
/** Whether there are words for it here; of another, the hub's own are shown. */
const isKnown = (name: string): name is (typeof WORDS)[number] => WORDS.some((each) => each === name)

/** One text with what it may show, tried on a real customer. One that the fact check refuses is not stored. */
export function TemplateEditor({
  template,
  variables,
}: {
  template: Template
  variables: TemplateVariable[]
}) {
  const t = useT('writing')
  const common = useT('common')
  const say = useProblemText()
  const confirm = useConfirm()
  const canStore = useCan('updateReminderTemplate')
  const canTry = useCan('previewReminderTemplate')
  const store = useStoreTemplate()
  const reset = useResetTemplate()
  const preview = usePreviewTemplate()
  const [subject, setSubject] = useState(template.subject)
  const [text, setText] = useState(template.text)
  const isDirty = subject !== template.subject || text !== template.text
  useDirtyGuard(canStore && isDirty, () =>
    confirm({ title: t('leave.title'), detail: t('leave.detail'), action: t('leave.action') }),
  )
  const { purpose, language, tone } = template
  const path = { purpose, language, tone }
  const error = store.error ?? preview.error
  const problem = error ? asProblem(error) : null
  const wrong = (name: string) =>
    problem?.fields
      .filter(({ field }) => field === name)
      .map(({ message }) => message)
      .join(' ') || undefined
  const save = () => {
    preview.reset()
    store.mutate(
      {
        params: { path, header: { 'If-Match': `"${template.version}"` } },
        body: { subject, text },
      },
      { onSuccess: () => toast.success(t('templates.stored')) },
    )
  }
  const tryOut = () => {
    store.reset()
    preview.mutate({ body: { ...path, subject, text, customer_id: null } })
  }
  const goBack = async () => {
    const question = {
      title: t('templates.resetTitle'),
      detail: t('templates.resetDetail'),
      action: t('templates.reset'),
    }
    if (!(await confirm({ ...question, tone: 'destructive' }))) return
    reset.mutate(
      { params: { path } },
      {
        onSuccess: () => toast.success(t('templates.wasReset')),
        onError: (failure) => toast.error(say(failure).title, { description: say(failure).detail }),
      },
    )
  }
  return (
    <div className="grid min-w-0 gap-4 xl:grid-cols-2">
      <Section
        title={t(template.is_own ? 'templates.own' : 'templates.shipped')}
        detail={t('templates.detail')}
      >
        <form
          noValidate
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault()
            save()
          }}
        >
          {problem && problem.fields.length === 0 && <ProblemAlert error={problem} />}
          <Field label={t('templates.subject')} error={wrong('subject')}>
            <Input
              value={subject}
              readOnly={!canStore}
              maxLength={400}
              spellCheck={false}
              autoComplete="off"
              onChange={(event) => setSubject(event.target.value)}
              className="font-mono text-xs"
            />
          </Field>
          <Field label={t('templates.text')} error={wrong('text')} help={t('templates.help')}>
            <Textarea
              rows={20}
              value={text}
              readOnly={!canStore}
              maxLength={10_000}
              spellCheck={false}
              autoComplete="off"
              onChange={(event) => setText(event.target.value)}
              className="max-h-[60dvh] overflow-auto font-mono text-xs leading-5"
            />
          </Field>
          <div className="flex flex-wrap gap-2">
            {canStore && (
              <Button type="submit" disabled={!isDirty || store.isPending}>
                {store.isPending ? common('actions.saving') : common('actions.save')}
              </Button>
            )}
            {canTry && (
              <Button type="button" variant="outline" disabled={preview.isPending} onClick={tryOut}>
                {t(preview.isPending ? 'templates.trying' : 'templates.try')}
              </Button>
            )}
            {canStore && template.is_own && (
              <Button type="button" variant="ghost" disabled={reset.isPending} onClick={() => void goBack()}>
                {t('templates.reset')}
              </Button>
            )}
          </div>
        </form>
      </Section>
      <div className="flex min-w-0 flex-col gap-4">
        {preview.data && (
          <Section title={t('templates.preview')}>
            <TriedMessage message={preview.data} />
          </Section>
        )}
        <Section title={t('templates.variables')} detail={t('templates.variablesDetail')}>
          <dl className="grid grid-cols-[max-content_1fr] gap-x-4 gap-y-1.5">
            {variables.map(({ name, title }) => (
              <div key={name} className="contents">
                <dt className="font-mono text-xs leading-5">{`{{ ${name} }}`}</dt>
                <dd className="text-muted-foreground">
                  {isKnown(name) ? t(`templates.words.${name}`) : title}
                </dd>
              </div>
            ))}
          </dl>
        </Section>
      </div>
    </div>
  )
}
