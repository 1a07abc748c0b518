'use client'

import { PlusIcon, Trash2Icon } from 'lucide-react'
import { TONES, useReminderWords } from '@/components/reminders/words'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { useT } from '@/lib/i18n'
import { useChannels, useWriters } from './api'
import { ConditionFields } from './conditions'
import { APPROVALS, type Conditions, nextStep, PERSON, type Step } from './document'
import { Choice, ListInput, NumberInput, Toggle } from './inputs'

interface Props {
  value: Step[]
  onChange: (value: Step[]) => void
  said: (place: string) => string | undefined
  currency: string
  disabled: boolean
}

/** The steps of a sequence, one below the other. */
export function Steps({ value, onChange, said, currency, disabled }: Props) {
  const t = useT('policies')
  const writers = useWriters()
  const channels = useChannels()
  return (
    <div className="flex flex-col gap-4">
      {said('steps') && (
        <p role="alert" className="text-xs text-negative">
          {said('steps')}
        </p>
      )}
      <ol className="flex flex-col gap-4">
        {value.map((step, index) => (
          // A step is known by its stage, which nobody else has; while one is typed, by its place.
          <li key={`${index}`} className="rounded-md border p-3">
            <StepFields
              index={index}
              step={step}
              writers={writers}
              channels={channels}
              said={(place) => said(`steps.${index}.${place}`)}
              currency={currency}
              disabled={disabled}
              onChange={(changed) => onChange(value.map((each, at) => (at === index ? changed : each)))}
              onRemove={() => onChange(value.filter((_, at) => at !== index))}
            />
          </li>
        ))}
      </ol>
      {!disabled && (
        <Button
          variant="outline"
          className="self-start"
          onClick={() => onChange([...value, nextStep(value)])}
        >
          <PlusIcon aria-hidden />
          {t('addStep')}
        </Button>
      )}
    </div>
  )
}

const DEFAULT = 'default'

function StepFields({
  index,
  step,
  writers,
  channels,
  said,
  currency,
  disabled,
  onChange,
  onRemove,
}: {
  index: number
  step: Step
  writers: { plugin: string; name: string }[]
  channels: { id: string; name: string }[]
  said: (place: string) => string | undefined
  currency: string
  disabled: boolean
  onChange: (step: Step) => void
  onRemove: () => void
}) {
  const t = useT('policies')
  const words = useReminderWords()
  const number = index + 1
  const set = (changes: Partial<Step>) => onChange({ ...step, ...changes })
  const known = writers.map(({ plugin, name }) => ({ value: plugin, label: name }))
  const writerOptions = [
    ...known,
    ...(step.writer === PERSON || known.some((each) => each.value === step.writer)
      ? []
      : [{ value: step.writer, label: step.writer }]),
    { value: PERSON, label: t('person') },
  ]
  const channelOptions = [
    { value: DEFAULT, label: t('defaultChannel') },
    ...channels.map(({ id, name }) => ({ value: id, label: name })),
    ...(step.channel && !channels.some(({ id }) => id === step.channel)
      ? [{ value: step.channel, label: step.channel }]
      : []),
  ]
  return (
    <div role="group" aria-label={t('step', { number })} className="flex flex-col gap-3">
      <div className="flex items-center justify-between gap-2">
        <h3 className="font-medium">{t('step', { number })}</h3>
        {!disabled && (
          <Button variant="ghost" size="icon" aria-label={t('removeStep', { number })} onClick={onRemove}>
            <Trash2Icon aria-hidden />
          </Button>
        )}
      </div>
      <div className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
        <Field label={t('stage')} error={said('stage')}>
          <NumberInput
            min={0}
            max={9}
            step={1}
            disabled={disabled}
            value={step.stage}
            onChange={(stage) => set({ stage: stage ?? 0 })}
          />
        </Field>
        <Field label={t('day')} help={t('dayHelp')} error={said('day')}>
          <NumberInput
            step={1}
            disabled={disabled}
            value={step.day}
            onChange={(day) => set({ day: day ?? 0 })}
          />
        </Field>
        <Field label={t('tone')} error={said('tone')}>
          <Choice
            value={step.tone}
            disabled={disabled}
            onChange={(tone) => set({ tone })}
            options={TONES.map((each) => ({ value: each, label: words.tone(each) }))}
          />
        </Field>
        <Field label={t('writer')} error={said('writer')}>
          <Choice
            value={step.writer}
            disabled={disabled}
            onChange={(writer) => set({ writer })}
            options={writerOptions}
          />
        </Field>
        <Field label={t('approve')} error={said('approve')}>
          <Choice
            value={step.approve}
            disabled={disabled}
            onChange={(approve) => set({ approve: approve as Step['approve'] })}
            options={APPROVALS.map((each) => ({ value: each, label: t(`approval.${each}`) }))}
          />
        </Field>
        <Field label={t('channel')} error={said('channel')}>
          <Choice
            value={step.channel ?? DEFAULT}
            disabled={disabled}
            onChange={(channel) => set({ channel: channel === DEFAULT ? null : channel })}
            options={channelOptions}
          />
        </Field>
      </div>
      <Toggle
        label={t('statement')}
        checked={step.attachments?.includes('statement') ?? false}
        disabled={disabled}
        onChange={(isOn) => set({ attachments: isOn ? ['statement'] : [] })}
      />
      <Field label={t('cc')} optional help={t('ccHelp')} error={said('cc') ?? said('cc.0') ?? said('cc.1')}>
        <ListInput disabled={disabled} value={step.cc ?? []} onChange={(cc) => set({ cc })} />
      </Field>
      <Cases step={step} set={set} said={said} currency={currency} disabled={disabled} />
    </div>
  )
}

/** The cases of which one must hold for the step to be taken. */
function Cases({
  step,
  set,
  said,
  currency,
  disabled,
}: {
  step: Step
  set: (changes: Partial<Step>) => void
  said: (place: string) => string | undefined
  currency: string
  disabled: boolean
}) {
  const t = useT('policies')
  const cases = step.when ?? []
  const change = (when: Conditions[]) => set({ when: when.length > 0 ? when : undefined })
  return (
    <fieldset className="flex min-w-0 flex-col gap-3">
      <legend className="mb-1.5 font-medium">{t('when')}</legend>
      {cases.length === 0 && <p className="text-muted-foreground">{t('whenAlways')}</p>}
      {cases.map((each, index) => (
        <div
          key={`${index} of ${cases.length}`}
          role="group"
          aria-label={t('case', { number: index + 1 })}
          className="flex items-start gap-2 rounded-md bg-muted p-3"
        >
          <div className="min-w-0 flex-1">
            <ConditionFields
              place={`when.${index}`}
              value={each}
              said={said}
              currency={currency}
              disabled={disabled}
              onChange={(changed) => change(cases.map((old, at) => (at === index ? changed : old)))}
            />
          </div>
          {!disabled && (
            <Button
              variant="ghost"
              size="icon"
              aria-label={t('removeCase', { number: index + 1 })}
              onClick={() => change(cases.filter((_, at) => at !== index))}
            >
              <Trash2Icon aria-hidden />
            </Button>
          )}
        </div>
      ))}
      {!disabled && (
        <Button
          variant="outline"
          size="sm"
          className="self-start"
          onClick={() => change([...cases, { risk: ['high'] }])}
        >
          <PlusIcon aria-hidden />
          {t('addWhen')}
        </Button>
      )}
    </fieldset>
  )
}
