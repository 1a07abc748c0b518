'use client'

import { type FormEvent, useState } from 'react'
import { useConfirm } from '@/components/confirm'
import { ProblemAlert } from '@/components/problem-alert'
import { Alert, AlertDescription } from '@/components/ui/alert'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { useDirtyGuard } from '@/lib/dirty-guard'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { asProblem } from '@/lib/problem'
import { useCan } from '@/lib/session'
import { toast } from '@/lib/toast'
import { Section } from '../section'
import { useTenant } from '../tenant-api'
import { type Policy, useChanged, useCreatePolicy, useDeletePolicy, useUpdatePolicy } from './api'
import { ConditionFields } from './conditions'
import { fromPercent, type PolicyDocument, readDocument, toPercent } from './document'
import { NumberInput, Toggle } from './inputs'
import { Simulation } from './simulation'
import { Steps } from './steps'

/** What is edited: a stored policy, or one that is not stored yet. */
export type Draft = Pick<Policy, 'name' | 'is_active' | 'document'> & { stored?: Policy }

/** One policy as a form, with what it would do as it stands in the form. */
export function PolicyEditor({
  draft,
  policies,
  onDone,
}: {
  draft: Draft
  policies: readonly Policy[]
  onDone: (stored?: Policy) => void
}) {
  const t = useT('policies')
  const c = useT('common')
  const format = useFormat()
  const confirm = useConfirm()
  const changed = useChanged()
  const canCreate = useCan('createReminderPolicy')
  const canUpdate = useCan('updateReminderPolicy')
  const tenant = useTenant()
  const create = useCreatePolicy()
  const update = useUpdatePolicy()
  const remove = useDeletePolicy()
  const { stored } = draft
  const place = stored?.position ?? policies.length + 1
  const [name, setName] = useState(draft.name)
  const [isActive, setActive] = useState(draft.is_active)
  const [position, setPosition] = useState<number | undefined>(place)
  const [note, setNote] = useState('')
  const [document, setDocument] = useState<PolicyDocument>(() => readDocument(draft.document))
  const [isStored, setStored] = useState(false)
  const isDirty =
    !isStored &&
    (name !== draft.name ||
      isActive !== draft.is_active ||
      position !== place ||
      JSON.stringify(document) !== JSON.stringify(readDocument(draft.document)))
  const disabled = !(stored ? canUpdate : canCreate)
  useDirtyGuard(!disabled && isDirty, () =>
    confirm({ title: t('leave.title'), detail: t('leave.detail'), action: t('leave.action') }),
  )
  const error = create.error ?? update.error ?? remove.error
  const problem = error ? asProblem(error) : null
  const said = (field: string) => problem?.fields.find((each) => each.field === field)?.message
  const isStale = problem?.status === 412
  const currency = tenant.data?.document.home_currency ?? t('homeCurrency')
  const set = (changes: Partial<PolicyDocument>) => setDocument({ ...document, ...changes })

  const save = (event: FormEvent) => {
    event.preventDefault()
    const body = {
      name: name.trim(),
      is_active: isActive,
      document: { ...document },
      note: note.trim() || null,
      ...(position !== place && position !== undefined && { position }),
    }
    const onSuccess = (saved: Policy) => {
      setStored(true)
      toast.success(t('stored', { version: saved.version }))
      void changed().then(() => onDone(saved))
    }
    if (stored) {
      const params = { path: { policy_id: stored.id }, header: { 'If-Match': `"${stored.version}"` } }
      update.mutate({ params, body }, { onSuccess })
    } else {
      const params = { header: { 'Idempotency-Key': crypto.randomUUID() } }
      create.mutate({ params, body }, { onSuccess })
    }
  }
  const discard = async (policy: Policy) => {
    const question = { title: t('deleteTitle', { name: policy.name }), detail: t('deleteDetail') }
    if (!(await confirm({ ...question, action: t('delete'), tone: 'destructive' }))) return
    const params = { path: { policy_id: policy.id }, header: { 'If-Match': `"${policy.version}"` } }
    remove.mutate(
      { params },
      {
        onSuccess: () => {
          setStored(true)
          toast.success(t('deleted'))
          void changed().then(() => onDone())
        },
      },
    )
  }
  return (
    <div className="flex flex-col gap-4">
      <form noValidate className="flex flex-col gap-4" onSubmit={save}>
        <Section
          title={name.trim() || t('newName')}
          detail={
            stored
              ? t('version', { version: stored.version, at: format.instant(stored.updated_at) })
              : t('unsaved')
          }
        >
          <div className="flex max-w-3xl flex-col gap-4">
            {isStale && (
              <Alert variant="destructive">
                <AlertDescription>{t('stale')}</AlertDescription>
                <Button
                  size="sm"
                  variant="outline"
                  className="mt-2 w-fit"
                  onClick={() => {
                    setStored(true)
                    update.reset()
                    remove.reset()
                    void changed()
                  }}
                >
                  {t('readAgain')}
                </Button>
              </Alert>
            )}
            {problem && !isStale && problem.fields.length === 0 && <ProblemAlert error={problem} />}
            <div className="grid gap-4 sm:grid-cols-2">
              <Field label={t('name')} error={said('name')}>
                <Input
                  maxLength={80}
                  disabled={disabled}
                  value={name}
                  onChange={({ target }) => setName(target.value)}
                />
              </Field>
              <Field label={t('position')} help={t('positionHelp')} error={said('position')}>
                <NumberInput min={1} step={1} disabled={disabled} value={position} onChange={setPosition} />
              </Field>
            </div>
            <Toggle
              label={t('isActive')}
              help={t('isActiveHelp')}
              checked={isActive}
              disabled={disabled}
              onChange={setActive}
            />
          </div>
        </Section>
        <Section title={t('takes')} detail={t('takesDetail')}>
          <div className="max-w-3xl">
            <ConditionFields
              place="takes"
              value={document.takes}
              said={said}
              currency={currency}
              disabled={disabled}
              onChange={(takes) => set({ takes })}
            />
          </div>
        </Section>
        <Forecast document={document} set={set} said={said} disabled={disabled} />
        <Section title={t('stepsTitle')} detail={t('stepsDetail')}>
          <Steps
            value={document.steps}
            said={said}
            currency={currency}
            disabled={disabled}
            onChange={(steps) => set({ steps })}
          />
        </Section>
        {!disabled && (
          <Section title={stored ? t('save') : t('create')}>
            <div className="flex max-w-3xl flex-col gap-4">
              <Field label={t('note')} optional help={t('noteHelp')} error={said('note')}>
                <Input maxLength={1000} value={note} onChange={({ target }) => setNote(target.value)} />
              </Field>
              {problem && problem.fields.length > 0 && (
                <ul role="alert" className="text-xs text-negative">
                  {problem.fields.map(({ field, message }) => (
                    <li key={`${field} ${message}`}>
                      {field && <span className="font-mono">{field}: </span>}
                      {message}
                    </li>
                  ))}
                </ul>
              )}
              <div className="flex flex-wrap gap-2">
                <Button type="submit" disabled={create.isPending || update.isPending || (stored && !isDirty)}>
                  {create.isPending || update.isPending
                    ? c('actions.saving')
                    : stored
                      ? t('save')
                      : t('create')}
                </Button>
                <Button variant="outline" onClick={() => onDone()}>
                  {c('actions.cancel')}
                </Button>
                {stored && (
                  <Button variant="ghost" disabled={remove.isPending} onClick={() => void discard(stored)}>
                    {t('delete')}
                  </Button>
                )}
              </div>
            </div>
          </Section>
        )}
      </form>
      <Simulation
        policies={tried(policies, { ...draft, name, document: { ...document } }, position ?? place)}
      />
    </div>
  )
}

/** The active policies with the edited one in its place among them, as a simulation takes them. */
function tried(policies: readonly Policy[], draft: Draft, position: number) {
  const name = draft.name.trim() || '–'
  const ours = { ...(draft.stored && { id: draft.stored.id }), name, document: draft.document }
  const others = policies.filter(({ id, is_active }) => is_active && id !== draft.stored?.id)
  const before = others.filter(
    (each) => each.position < position || (!draft.stored && each.position <= position),
  )
  const asTried = ({ id, name: called, document }: Policy) => ({ id, name: called, document })
  return [...before.map(asTried), ours, ...others.filter((each) => !before.includes(each)).map(asTried)]
}

function Forecast({
  document: { sure, late, hold_back: lot },
  set,
  said,
  disabled,
}: {
  document: PolicyDocument
  set: (changes: Partial<PolicyDocument>) => void
  said: (place: string) => string | undefined
  disabled: boolean
}) {
  const t = useT('policies')
  return (
    <Section title={t('forecastTitle')}>
      <div className="flex max-w-3xl flex-col gap-4">
        <Toggle
          label={t('sure')}
          checked={sure !== null}
          disabled={disabled}
          onChange={(isOn) => set({ sure: isOn ? { within_days: 5, p_paid: 0.9 } : null })}
        >
          {sure && (
            <>
              <Field label={t('sureWithin')} error={said('sure.within_days') ?? said('sure')}>
                <NumberInput
                  min={1}
                  max={30}
                  disabled={disabled}
                  value={sure.within_days}
                  onChange={(days) => set({ sure: { ...sure, within_days: days ?? 0 } })}
                />
              </Field>
              <Field label={t('sureChance')} error={said('sure.p_paid')}>
                <NumberInput
                  min={50}
                  max={99}
                  disabled={disabled}
                  value={toPercent(sure.p_paid)}
                  onChange={(percent) => set({ sure: { ...sure, p_paid: fromPercent(percent ?? 0) } })}
                />
              </Field>
            </>
          )}
        </Toggle>
        <Toggle
          label={t('late')}
          checked={late !== null}
          disabled={disabled}
          onChange={(isOn) => set({ late: isOn ? { p_late30: 0.5, days_earlier: 2, firmer: true } : null })}
        >
          {late && (
            <>
              <Field label={t('lateChance')} error={said('late.p_late30') ?? said('late')}>
                <NumberInput
                  min={5}
                  max={100}
                  disabled={disabled}
                  value={toPercent(late.p_late30)}
                  onChange={(percent) => set({ late: { ...late, p_late30: fromPercent(percent ?? 0) } })}
                />
              </Field>
              <Field label={t('lateDays')} error={said('late.days_earlier')}>
                <NumberInput
                  min={0}
                  max={10}
                  step={1}
                  disabled={disabled}
                  value={late.days_earlier}
                  onChange={(days) => set({ late: { ...late, days_earlier: days ?? 0 } })}
                />
              </Field>
              <div className="self-end">
                <Toggle
                  label={t('lateFirmer')}
                  checked={late.firmer}
                  disabled={disabled}
                  onChange={(firmer) => set({ late: { ...late, firmer } })}
                />
              </div>
            </>
          )}
        </Toggle>
        <Toggle
          label={t('lot')}
          help={t('lotHelp')}
          checked={lot !== null}
          disabled={disabled}
          onChange={(isOn) => set({ hold_back: isOn ? { share: 0.1, days: 30 } : null })}
        >
          {lot && (
            <>
              <Field label={t('lotShare')} error={said('hold_back.share') ?? said('hold_back')}>
                <NumberInput
                  min={1}
                  max={50}
                  disabled={disabled}
                  value={toPercent(lot.share)}
                  onChange={(percent) => set({ hold_back: { ...lot, share: fromPercent(percent ?? 0) } })}
                />
              </Field>
              <Field label={t('lotDays')} error={said('hold_back.days')}>
                <NumberInput
                  min={7}
                  max={60}
                  step={1}
                  disabled={disabled}
                  value={lot.days}
                  onChange={(days) => set({ hold_back: { ...lot, days: days ?? 0 } })}
                />
              </Field>
            </>
          )}
        </Toggle>
      </div>
    </Section>
  )
}
