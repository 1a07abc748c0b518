'use client'

import { useState } from 'react'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Popover, PopoverContent, PopoverTrigger } from '@/components/ui/popover'
import { useT } from '@/lib/i18n'

interface Amounts {
  min: string | null
  max: string | null
}

/** What the hub takes for an amount: digits and a point; a comma is taken for one. */
const AMOUNT = /^\d{1,15}(\.\d{1,4})?$/
const clean = (text: string) => text.trim().replace(/\s/g, '').replace(',', '.')

/** Two amounts between which something lies; either end may stay open. */
export function AmountRange({
  label,
  value,
  onChange,
}: {
  label: string
  value: Amounts
  onChange: (value: Amounts) => void
}) {
  const t = useT('invoices')
  const [isOpen, setOpen] = useState(false)
  const { min, max } = value
  return (
    <Popover open={isOpen} onOpenChange={setOpen}>
      <PopoverTrigger asChild>
        <Button variant="outline" size="sm" className="font-normal">
          {label}
          {(min ?? max) !== null && (
            <Badge variant="secondary">{min && max ? `${min}–${max}` : min ? `≥ ${min}` : `≤ ${max}`}</Badge>
          )}
        </Button>
      </PopoverTrigger>
      <PopoverContent align="start" className="w-64" aria-label={label}>
        <AmountForm
          value={value}
          onApply={(amounts) => {
            onChange(amounts)
            setOpen(false)
          }}
          words={{ min: t('filters.atLeast'), max: t('filters.atMost'), wrong: t('filters.amountWrong') }}
          apply={t('filters.apply')}
        />
      </PopoverContent>
    </Popover>
  )
}

function AmountForm({
  value,
  onApply,
  words,
  apply,
}: {
  value: Amounts
  onApply: (value: Amounts) => void
  words: { min: string; max: string; wrong: string }
  apply: string
}) {
  const [typed, setTyped] = useState({ min: value.min ?? '', max: value.max ?? '' })
  const [isChecked, setChecked] = useState(false)
  const wrong = (text: string) => isChecked && clean(text) !== '' && !AMOUNT.test(clean(text))
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault()
        setChecked(true)
        const [min, max] = [clean(typed.min), clean(typed.max)]
        if ([min, max].every((text) => text === '' || AMOUNT.test(text))) {
          onApply({ min: min || null, max: max || null })
        }
      }}
    >
      {(['min', 'max'] as const).map((end) => (
        <Field key={end} label={words[end]} error={wrong(typed[end]) ? words.wrong : undefined}>
          <Input
            inputMode="decimal"
            autoComplete="off"
            value={typed[end]}
            onChange={(event) => setTyped({ ...typed, [end]: event.target.value })}
          />
        </Field>
      ))}
      <Button type="submit" size="sm" className="self-start">
        {apply}
      </Button>
    </form>
  )
}
