'use client'

import { useId } from 'react'
import { Checkbox } from '@/components/ui/checkbox'
import { Label } from '@/components/ui/label'
import { RadioGroup, RadioGroupItem } from '@/components/ui/radio-group'
import { useT } from '@/lib/i18n'
import { type Area, AREAS, type Scope, verbOf, WIDE } from './scopes'

type Width = (typeof WIDE)[number] | 'chosen'

interface ScopePickerProps {
  value: Scope[]
  onChange: (scopes: Scope[]) => void
  error?: string
}

/** What a key may do: one of the wide scopes, or some chosen one by one. */
export function ScopePicker({ value, onChange, error }: ScopePickerProps) {
  const t = useT('settings.keys')
  const id = useId()
  const wide = value.length === 1 ? WIDE.find((each) => each === value[0]) : undefined
  const width: Width = wide ?? 'chosen'
  return (
    <fieldset className="flex flex-col gap-2" aria-describedby={error ? `${id}-error` : undefined}>
      <legend className="mb-1.5 font-medium">{t('may')}</legend>
      <RadioGroup
        value={width}
        aria-label={t('may')}
        onValueChange={(chosen) => onChange(chosen === 'chosen' ? [] : [chosen as Scope])}
      >
        {([...WIDE, 'chosen'] as const).map((each) => (
          <div key={each} className="flex items-start gap-2">
            <RadioGroupItem id={`${id}-${each}`} value={each} className="mt-0.5" />
            <Label htmlFor={`${id}-${each}`} className="flex flex-col items-start gap-0.5">
              {t(`width.${each === '*' ? 'everything' : each}`)}
              <span className="text-xs font-normal text-muted-foreground">
                {t(`widthHelp.${each === '*' ? 'everything' : each}`)}
              </span>
            </Label>
          </div>
        ))}
      </RadioGroup>
      {width === 'chosen' && (
        <div className="flex flex-col divide-y rounded-md border">
          {(Object.keys(AREAS) as Area[]).map((area) => (
            <div
              key={area}
              role="group"
              aria-label={t(`area.${area}`)}
              className="flex flex-wrap items-center gap-x-4 px-3 py-1.5"
            >
              <span className="w-32 shrink-0">{t(`area.${area}`)}</span>
              {AREAS[area].map((scope: Scope) => (
                <Label key={scope} className="flex h-6 items-center gap-1.5 font-normal">
                  <Checkbox
                    checked={value.includes(scope)}
                    onCheckedChange={(isOn) =>
                      onChange(isOn ? [...value, scope] : value.filter((each) => each !== scope))
                    }
                  />
                  {t(`verb.${verbOf(scope)}`)}
                </Label>
              ))}
            </div>
          ))}
        </div>
      )}
      {error && (
        <p id={`${id}-error`} role="alert" className="text-xs text-negative">
          {error}
        </p>
      )}
    </fieldset>
  )
}
