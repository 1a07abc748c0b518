'use client'

import { type Control as FormControl, Controller, type FieldPath } from 'react-hook-form'
import { Badge } from '@/components/ui/badge'
import { Checkbox } from '@/components/ui/checkbox'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { Textarea } from '@/components/ui/textarea'
import { useT } from '@/lib/i18n'
import { type Entries, type FormField, fits } from '@/lib/form-fields'

/** What a form holds that a JSON Schema draws a part of. */
export interface WithConfig {
  config: Entries
}

const NOTHING = '-'

/** One field that a JSON Schema asks for. What is sealed is only ever written; what is stored may be left empty. */
export function SchemaField<Values extends WithConfig>({
  field,
  control,
}: {
  field: FormField
  control: FormControl<Values>
}) {
  const t = useT('schemaForm')
  const { name, title, help, choices, isRequired, isStored } = field
  const needs = isRequired && !isStored
  return (
    <Controller
      control={control}
      name={`config.${name}` as FieldPath<Values>}
      rules={{
        validate: (entered) => {
          const entry = String(entered ?? '')
          if (needs && !entry.trim()) return t('required')
          return fits(field, entry) || t('pattern')
        },
      }}
      render={({ field: { value: entered, onChange, onBlur, ref }, fieldState: { error } }) => {
        const value = String(entered ?? '')
        const shared = { onBlur, ref, value, autoComplete: 'off', spellCheck: false } as const
        const label = (
          <>
            {title}
            {isStored && <Badge>{t('stored')}</Badge>}
          </>
        )
        return (
          <Field
            label={label}
            help={[help, HINTS[field.control] && t(HINTS[field.control]!), isStored && t('storedHelp')]
              .filter(Boolean)
              .join(' ')}
            error={error?.message}
            optional={!isRequired}
            layout={field.control === 'flag' ? 'inline' : 'stacked'}
          >
            {field.control === 'flag' ? (
              <Checkbox
                ref={ref}
                checked={value === 'true'}
                onCheckedChange={(checked) => onChange(checked === true ? 'true' : '')}
              />
            ) : field.control === 'choice' ? (
              <ChoiceSelect value={value} choices={choices} isRequired={isRequired} onChange={onChange} />
            ) : field.control === 'text' || field.control === 'number' ? (
              <Input
                {...shared}
                inputMode={field.control === 'number' ? 'decimal' : undefined}
                onChange={(event) => onChange(event.target.value)}
              />
            ) : field.control === 'secret' ? (
              <Input
                {...shared}
                type="password"
                autoComplete="new-password"
                onChange={(event) => onChange(event.target.value)}
              />
            ) : (
              <Textarea
                {...shared}
                rows={field.control === 'key' ? 6 : 3}
                className={field.control === 'key' ? 'font-mono text-xs' : undefined}
                onChange={(event) => onChange(event.target.value)}
              />
            )}
          </Field>
        )
      }}
    />
  )
}

const HINTS: Partial<Record<FormField['control'], 'list' | 'pairs'>> = {
  list: 'list',
  pairs: 'pairs',
}

function ChoiceSelect({
  value,
  choices,
  isRequired,
  onChange,
  ...props
}: {
  value: string
  choices: string[]
  isRequired: boolean
  onChange: (value: string) => void
}) {
  const t = useT('schemaForm')
  return (
    <Select
      value={value || (isRequired ? '' : NOTHING)}
      onValueChange={(next) => onChange(next === NOTHING ? '' : next)}
    >
      <SelectTrigger {...props}>
        <SelectValue placeholder={t('choose')} />
      </SelectTrigger>
      <SelectContent>
        {!isRequired && <SelectItem value={NOTHING}>{t('unset')}</SelectItem>}
        {choices.map((choice) => (
          <SelectItem key={choice} value={choice}>
            {choice}
          </SelectItem>
        ))}
      </SelectContent>
    </Select>
  )
}
