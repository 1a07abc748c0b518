'use client'

import { MonitorIcon, MoonIcon, SunIcon } from 'lucide-react'
import { useTheme } from 'next-themes'
import { Button } from '@/components/ui/button'
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuLabel,
  DropdownMenuRadioGroup,
  DropdownMenuRadioItem,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu'
import { useT } from '@/lib/i18n'

export const THEMES = ['system', 'light', 'dark'] as const
const ICONS = { system: MonitorIcon, light: SunIcon, dark: MoonIcon }

export function ThemeMenu() {
  const t = useT('shell')
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="ghost" size="icon" aria-label={t('theme.label')} className="max-sm:hidden">
          {/* Which of them is seen is the style's matter: the theme is known before this is drawn. */}
          <SunIcon className="dark:hidden" aria-hidden />
          <MoonIcon className="not-dark:hidden" aria-hidden />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        <DropdownMenuLabel>{t('theme.label')}</DropdownMenuLabel>
        <ThemeChoice />
      </DropdownMenuContent>
    </DropdownMenu>
  )
}

export function ThemeChoice() {
  const t = useT('shell')
  const { theme = 'system', setTheme } = useTheme()
  return (
    <DropdownMenuRadioGroup value={theme} onValueChange={setTheme}>
      {THEMES.map((each) => {
        const Icon = ICONS[each]
        return (
          <DropdownMenuRadioItem key={each} value={each}>
            <Icon className="text-muted-foreground" aria-hidden />
            {t(`theme.${each}`)}
          </DropdownMenuRadioItem>
        )
      })}
    </DropdownMenuRadioGroup>
  )
}
