'use client'

import { useTheme } from 'next-themes'
import { useSyncExternalStore } from 'react'
import { Field } from '@/components/ui/field'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { Switch } from '@/components/ui/switch'
import { useT } from '@/lib/i18n'
import { DENSITIES, type Density, LANGUAGES, type Language, usePreferences } from '@/lib/preferences'

const never = () => () => undefined
const THEMES = ['system', 'light', 'dark'] as const

/** How the dashboard looks and is worked with; each choice holds at once. */
export function Appearance() {
  const t = useT('settings.profile.appearance')
  const shell = useT('shell')
  const { theme, setTheme } = useTheme()
  const { density, language, letterKeys, set } = usePreferences()
  // The exported page knows of no choice yet.
  const isKnown = useSyncExternalStore(
    never,
    () => true,
    () => false,
  )
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Choice
        label={shell('theme.label')}
        value={isKnown ? (theme ?? 'system') : 'system'}
        options={THEMES.map((each) => [each, shell(`theme.${each}`)])}
        onChange={setTheme}
      />
      <Choice
        label={shell('density.label')}
        value={density}
        options={DENSITIES.map((each) => [each, shell(`density.${each}`)])}
        onChange={(chosen) => set({ density: chosen as Density })}
      />
      <Choice
        label={shell('language.label')}
        help={t('languageHelp')}
        value={language}
        options={(['auto', ...LANGUAGES] as const).map((each) => [each, shell(`language.${each}`)])}
        onChange={(chosen) => set({ language: chosen as Language | 'auto' })}
      />
      <Field label={t('letterKeys')} help={t('letterKeysHelp')} layout="inline" className="sm:col-span-2">
        <Switch checked={letterKeys} onCheckedChange={(isOn) => set({ letterKeys: isOn })} />
      </Field>
    </div>
  )
}

interface ChoiceProps {
  label: string
  help?: string
  value: string
  options: [value: string, label: string][]
  onChange: (value: string) => void
}

function Choice({ label, help, value, options, onChange }: ChoiceProps) {
  return (
    <Select value={value} onValueChange={onChange}>
      <Field label={label} help={help}>
        <SelectTrigger>
          <SelectValue />
        </SelectTrigger>
      </Field>
      <SelectContent>
        {options.map(([each, name]) => (
          <SelectItem key={each} value={each}>
            {name}
          </SelectItem>
        ))}
      </SelectContent>
    </Select>
  )
}
