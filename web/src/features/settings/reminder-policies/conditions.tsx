'use client'

import { PlusIcon, XIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from '@/components/ui/button'
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { useT } from '@/lib/i18n'
import {
  type Between,
  CONDITION_NAMES,
  type ConditionName,
  type Conditions,
  fromPercent,
  NEW_CONDITIONS,
  RISKS,
  SEGMENTS,
  toPercent,
} from './document'
import { Choice, Choices, ListInput, NumberInput } from './inputs'

interface Props {
  /** Where they stand in the document, as the hub names places. */
  place: string
  value: Conditions
  onChange: (value: Conditions) => void
  said: (place: string) => string | undefined
  currency: string
  disabled: boolean
}

/** Conditions that must all hold: those that there are, each with its control, and a menu of the others. */
export function ConditionFields({ place, value, onChange, said, currency, disabled }: Props) {
  const t = useT('policies')
  const used = CONDITION_NAMES.filter((name) => value[name] !== undefined)
  const rest = CONDITION_NAMES.filter((name) => value[name] === undefined)
  const remove = (name: ConditionName) => {
    onChange(without(value, name))
  }
  return (
    <div className="flex flex-col gap-3">
      {used.map((name) => (
        <div key={name} className="flex items-start gap-2">
          <div className="min-w-0 flex-1">
            <Condition
              name={name}
              place={`${place}.${name}`}
              value={value}
              onChange={onChange}
              said={said}
              currency={currency}
              disabled={disabled}
            />
          </div>
          {!disabled && (
            <Button
              variant="ghost"
              size="icon"
              aria-label={t('condition.remove', { name: t(`condition.${name}`) })}
              onClick={() => remove(name)}
            >
              <XIcon aria-hidden />
            </Button>
          )}
        </div>
      ))}
      {!disabled && rest.length > 0 && (
        <DropdownMenu>
          <DropdownMenuTrigger asChild>
            <Button variant="outline" size="sm" className="self-start">
              <PlusIcon aria-hidden />
              {t('condition.add')}
            </Button>
          </DropdownMenuTrigger>
          <DropdownMenuContent align="start">
            {rest.map((name) => (
              <DropdownMenuItem
                key={name}
                onSelect={() => onChange({ ...value, [name]: NEW_CONDITIONS[name] })}
              >
                {t(`condition.${name}`)}
              </DropdownMenuItem>
            ))}
          </DropdownMenuContent>
        </DropdownMenu>
      )}
    </div>
  )
}

const HELP = {
  currencies: 'codesHelp',
  countries: 'countriesHelp',
  tags: 'tagsHelp',
  no_tags: 'tagsHelp',
} as const

function Condition({
  name,
  place,
  value,
  onChange,
  said,
  currency,
  disabled,
}: Props & { name: ConditionName }) {
  const t = useT('policies')
  const set = <Name extends ConditionName>(key: Name, to: Conditions[Name]) =>
    onChange({ ...value, [key]: to })
  const label = t(`condition.${name}`)
  switch (name) {
    case 'risk':
      return (
        <Group label={label} error={said(place)}>
          <Choices
            label={label}
            value={value.risk ?? []}
            onChange={(risk) => set('risk', risk)}
            options={RISKS.map((each) => ({ value: each, label: t(`risk.${each}`) }))}
            disabled={disabled}
          />
        </Group>
      )
    case 'segments':
      return (
        <Group label={label} error={said(place)}>
          <Choices
            label={label}
            value={value.segments ?? []}
            onChange={(segments) => set('segments', segments)}
            options={SEGMENTS.map((each) => ({ value: each, label: t(`segment.${each}`) }))}
            disabled={disabled}
          />
        </Group>
      )
    case 'is_new':
      return (
        <Field label={label} error={said(place)}>
          <Choice
            value={value.is_new ? 'new' : 'known'}
            onChange={(chosen) => set('is_new', chosen === 'new')}
            options={(['new', 'known'] as const).map((each) => ({
              value: each,
              label: t(`condition.${each}`),
            }))}
            disabled={disabled}
          />
        </Field>
      )
    case 'open':
      return (
        <Group label={label} help={t('condition.openHelp', { currency })} error={said(place)}>
          <Ends<string>
            place={place}
            said={said}
            value={value.open ?? {}}
            onChange={(open) => set('open', open)}
            control={(end, change) => (
              <Input
                inputMode="decimal"
                disabled={disabled}
                value={end ?? ''}
                onChange={({ target }) => change(target.value.trim() || undefined)}
              />
            )}
          />
        </Group>
      )
    case 'days':
      return (
        <Group label={label} error={said(place)}>
          <Ends<number>
            place={place}
            said={said}
            value={value.days ?? {}}
            onChange={(days) => set('days', days)}
            control={(end, change) => (
              <NumberInput step={1} disabled={disabled} value={end} onChange={change} />
            )}
          />
        </Group>
      )
    case 'p_late30':
    case 'p_paid_by_due':
      return (
        <Group label={label} help={t('condition.percentHelp')} error={said(place)}>
          <Ends<number>
            place={place}
            said={said}
            value={value[name] ?? {}}
            onChange={(chance) => set(name, chance)}
            control={(end, change) => (
              <NumberInput
                min={0}
                max={100}
                disabled={disabled}
                value={end === undefined ? undefined : toPercent(end)}
                onChange={(percent) => change(percent === undefined ? undefined : fromPercent(percent))}
              />
            )}
          />
        </Group>
      )
    default:
      return (
        <Field label={label} help={t(`condition.${HELP[name]}`)} error={said(place)}>
          <ListInput
            disabled={disabled}
            value={value[name] ?? []}
            upper={name === 'currencies' || name === 'countries'}
            onChange={(list) => set(name, list)}
          />
        </Field>
      )
  }
}

function Group({
  label,
  help,
  error,
  children,
}: {
  label: string
  help?: string
  error: string | undefined
  children: ReactNode
}) {
  return (
    <fieldset className="flex min-w-0 flex-col gap-1.5">
      <legend className="mb-1.5 font-medium">{label}</legend>
      {children}
      {help && <p className="text-xs text-muted-foreground">{help}</p>}
      {error && (
        <p role="alert" className="text-xs text-negative">
          {error}
        </p>
      )}
    </fieldset>
  )
}

/** The least and the most of a figure; either may stay open. */
function Ends<Value>({
  place,
  value,
  onChange,
  said,
  control,
}: {
  place: string
  value: Between<Value>
  onChange: (value: Between<Value>) => void
  said: (place: string) => string | undefined
  control: (value: Value | undefined, onChange: (value: Value | undefined) => void) => ReactNode
}) {
  const t = useT('policies')
  const ends = [
    ['at_least', t('condition.atLeast')],
    ['at_most', t('condition.atMost')],
  ] as const
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      {ends.map(([end, label]) => (
        <Field key={end} label={label} optional error={said(`${place}.${end}`)}>
          {control(value[end], (to) => {
            onChange(to === undefined ? without(value, end) : { ...value, [end]: to })
          })}
        </Field>
      ))}
    </div>
  )
}

function without<Whole extends object>(whole: Whole, name: keyof Whole): Whole {
  return Object.fromEntries(Object.entries(whole).filter(([each]) => each !== name)) as Whole
}
