'use client'

import { X } from 'lucide-react'
import { Controller, type UseFormReturn } from 'react-hook-form'
import type { z } from 'zod'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { useT } from '@/lib/i18n'
import type { ChangeDraft, Kind, scenarioSchema, Wrong } from './changes'
import { CustomerChoice } from './customer-choice'
import { Choice } from './choice'

type ScenarioForm = UseFormReturn<{ changes: ChangeDraft[] }, unknown, z.output<typeof scenarioSchema>>

interface ChangeFieldsProps {
  form: ScenarioForm
  at: number
  kind: Kind
  currencies: string[]
  onRemove: () => void
}

/** The fields that a kind of change takes. */
export function ChangeFields({ form, at, kind, currencies, onRemove }: ChangeFieldsProps) {
  const t = useT('forecast')
  const errors = form.formState.errors.changes?.[at]
  const said = (name: keyof ChangeDraft) => {
    const message = errors?.[name]?.message as Wrong | undefined
    return message && t(`wrong.${message}`)
  }
  const text = (name: 'days' | 'share' | 'amount' | 'issuedOn' | 'dueOn', type: 'text' | 'date' = 'text') => (
    <Field
      label={t(`field.${kind === 'collection_push' && name === 'days' ? 'daysSooner' : name}`)}
      error={said(name)}
    >
      <Input
        {...form.register(`changes.${at}.${name}`)}
        type={type}
        inputMode={name === 'amount' ? 'decimal' : type === 'date' ? undefined : 'numeric'}
        autoComplete="off"
      />
    </Field>
  )
  const isOfAll = kind === 'terms' || kind === 'collection_push'
  // The field hands its id and what is wrong down to the control, so nothing may stand between them.
  const customer = (
    <Controller
      control={form.control}
      name={`changes.${at}.customer`}
      render={({ field }) => (
        <Field
          label={t('field.customer')}
          optional={isOfAll}
          error={said('customer')}
          className="sm:col-span-2"
        >
          <CustomerChoice
            {...field}
            placeholder={t(isOfAll ? 'field.allCustomers' : 'field.whichCustomer')}
          />
        </Field>
      )}
    />
  )
  return (
    <fieldset className="min-w-0">
      <legend className="sr-only">{t(`kind.${kind}`)}</legend>
      <div className="mb-2 flex items-center justify-between gap-2">
        <p className="text-sm font-medium" aria-hidden>
          {t(`kind.${kind}`)}
        </p>
        <Button
          variant="ghost"
          size="icon"
          className="size-7"
          onClick={onRemove}
          aria-label={t('scenario.remove', { change: t(`kind.${kind}`) })}
        >
          <X className="size-4" aria-hidden />
        </Button>
      </div>
      <div className="grid items-start gap-3 sm:grid-cols-2 lg:grid-cols-6">
        {customer}
        {kind === 'terms' && text('days')}
        {kind === 'collection_push' && (
          <>
            {text('days')}
            {text('share')}
          </>
        )}
        {kind === 'new_invoice' && (
          <>
            {text('amount')}
            <Controller
              control={form.control}
              name={`changes.${at}.currency`}
              render={({ field }) => (
                <Field label={t('currency')}>
                  <Choice
                    value={field.value}
                    options={currencies.map((each) => ({ value: each, label: each }))}
                    onChange={field.onChange}
                    className="w-full"
                  />
                </Field>
              )}
            />
            {text('issuedOn', 'date')}
            {text('dueOn', 'date')}
          </>
        )}
      </div>
      <p className="mt-2 text-xs text-muted-foreground">{t(`kindHelp.${kind}`)}</p>
    </fieldset>
  )
}
