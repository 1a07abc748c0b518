'use client'

import { useState } from 'react'
import { useConfirm } from '@/components/confirm'
import { Page } from '@/components/page'
import { ProblemAlert } from '@/components/problem-alert'
import { Region } from '@/components/region'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Skeleton } from '@/components/ui/skeleton'
import { Textarea } from '@/components/ui/textarea'
import { useDirtyGuard } from '@/lib/dirty-guard'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { asProblem } from '@/lib/problem'
import { useCan } from '@/lib/session'
import { toast } from '@/lib/toast'
import {
  type Policy,
  usePeople,
  usePolicy,
  usePolicyChanged,
  useStorePolicy,
  useTryPolicy,
} from './policy-api'
import { PolicyTrial } from './policy-trial'
import { PolicyVersions } from './policy-versions'
import { Section } from './section'

/** What is suggested for which dispute, how much it may give away, and who approves it. */
export function DisputePolicy() {
  const t = useT('settings.policy')
  const query = usePolicy()
  // Another one than is in force, to begin from.
  const [begun, setBegun] = useState<Policy | null>(null)
  return (
    <Page title={t('title')} subtitle={t('subtitle')}>
      <Region query={query} skeleton={<Skeleton className="h-96 w-full" />}>
        {(inForce) => (
          <PolicyEditor
            key={`${inForce.number} ${begun?.number ?? ''}`}
            inForce={inForce}
            text={(begun ?? inForce).yaml}
            onStored={() => setBegun(null)}
          />
        )}
      </Region>
      <PolicyVersions inForce={query.data?.number} onBegin={setBegun} />
    </Page>
  )
}

function PolicyEditor({ inForce, text, onStored }: { inForce: Policy; text: string; onStored: () => void }) {
  const t = useT('settings.policy')
  const c = useT('common')
  const format = useFormat()
  const confirm = useConfirm()
  const changed = usePolicyChanged()
  const nameOf = usePeople()
  const canStore = useCan('updateDisputePolicy')
  const canTry = useCan('tryDisputePolicy')
  const store = useStorePolicy()
  const trial = useTryPolicy()
  const [yaml, setYaml] = useState(text)
  const [note, setNote] = useState('')
  const isDirty = yaml !== inForce.yaml
  useDirtyGuard(canStore && isDirty, () =>
    confirm({ title: t('leave.title'), detail: t('leave.detail'), action: t('leave.action') }),
  )
  const error = store.error ?? trial.error
  const problem = error ? asProblem(error) : null

  const tryOut = () => {
    store.reset()
    trial.mutate({ body: { yaml, days: DAYS } })
  }
  const save = () => {
    trial.reset()
    store.mutate(
      {
        params: { header: { 'If-Match': `"${inForce.number}"` } },
        body: { yaml, note: note.trim() || null },
      },
      {
        onSuccess: (stored) => {
          toast.success(t('stored', { number: stored.number }))
          void changed().then(onStored)
        },
        onError: (failure) => {
          if (asProblem(failure).status === 412) void changed()
        },
      },
    )
  }

  return (
    <Section
      title={inForce.number === 0 ? t('shipped') : t('number', { number: inForce.number })}
      detail={
        inForce.created_at &&
        t('storedBy', { name: nameOf(inForce.created_by) ?? '', at: format.instant(inForce.created_at) })
      }
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
        <Field
          label={t('text')}
          help={t('help')}
          error={
            problem && problem.fields.length > 0
              ? problem.fields.map(({ field, message }) => (
                  <span key={`${field} ${message}`} className="block">
                    {field && <span className="font-mono">{field}: </span>}
                    {message}
                  </span>
                ))
              : undefined
          }
        >
          <Textarea
            rows={24}
            spellCheck={false}
            autoComplete="off"
            value={yaml}
            onChange={(event) => setYaml(event.target.value)}
            className="max-h-[60dvh] overflow-auto font-mono text-xs leading-5 whitespace-pre"
          />
        </Field>
        {canStore && (
          <Field label={t('note')} optional help={t('noteHelp')}>
            <Input maxLength={1000} value={note} onChange={(event) => setNote(event.target.value)} />
          </Field>
        )}
        <div className="flex flex-wrap gap-2">
          {canStore && (
            <Button type="submit" disabled={!isDirty || store.isPending}>
              {store.isPending ? c('actions.saving') : t('store')}
            </Button>
          )}
          {canTry && (
            <Button type="button" variant="outline" disabled={trial.isPending} onClick={tryOut}>
              {trial.isPending ? t('trying') : t('try')}
            </Button>
          )}
          {isDirty && (
            <Button
              type="button"
              variant="ghost"
              onClick={() => {
                setYaml(inForce.yaml)
                store.reset()
                trial.reset()
                onStored()
              }}
            >
              {t('discard')}
            </Button>
          )}
        </div>
        <div role="status">{trial.data && <PolicyTrial trial={trial.data} days={DAYS} />}</div>
      </form>
    </Section>
  )
}

/** Disputes opened in so many days are tried. */
const DAYS = 90
