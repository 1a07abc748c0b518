'use client'

import { KeyboardIcon, LogOutIcon, UserIcon } from 'lucide-react'
import { Button } from '@/components/ui/button'
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuRadioGroup,
  DropdownMenuRadioItem,
  DropdownMenuSeparator,
  DropdownMenuShortcut,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import { DENSITIES, type Density, usePreferences } from '@/lib/preferences'
import { useSession, useSignOut } from '@/lib/session'
import { ThemeChoice } from './theme-menu'

/** Who is signed in, their own settings, and the way out. */
export function UserMenu({ onHelp }: { onHelp: () => void }) {
  const t = useT('shell')
  const tCommon = useT('common')
  const { user, role, isOperator } = useSession()
  const { mutate: signOut, isPending } = useSignOut()
  const { density, set } = usePreferences()
  const roles = [role, isOperator ? ('operator' as const) : null].filter((each) => each !== null)
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="ghost" size="icon" aria-label={t('user.label')}>
          {/* Drawn, not written: the button's name is another one than these letters. */}
          <span
            aria-hidden
            data-initials={initials(user.name || user.email)}
            className="flex size-6 items-center justify-center rounded-full bg-primary text-xs text-primary-foreground before:content-[attr(data-initials)]"
          />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end" className="w-64">
        <div className="flex min-w-0 flex-col px-2 py-1.5">
          <span className="truncate font-medium">{user.name || user.email}</span>
          <span className="truncate text-xs text-muted-foreground">
            {[user.name && user.email, ...roles.map((each) => tCommon(`role.${each}`))]
              .filter(Boolean)
              .join(' · ')}
          </span>
        </div>
        <DropdownMenuSeparator />
        <DropdownMenuItem asChild>
          <Link href="/settings/profile/">
            <UserIcon aria-hidden />
            {t('user.profile')}
          </Link>
        </DropdownMenuItem>
        <DropdownMenuItem onSelect={onHelp}>
          <KeyboardIcon aria-hidden />
          {t('user.help')}
          <DropdownMenuShortcut>?</DropdownMenuShortcut>
        </DropdownMenuItem>
        <DropdownMenuSeparator />
        <DropdownMenuLabel>{t('density.label')}</DropdownMenuLabel>
        <DropdownMenuRadioGroup value={density} onValueChange={(value) => set({ density: value as Density })}>
          {DENSITIES.map((each) => (
            <DropdownMenuRadioItem key={each} value={each}>
              {t(`density.${each}`)}
            </DropdownMenuRadioItem>
          ))}
        </DropdownMenuRadioGroup>
        <div className="sm:hidden">
          <DropdownMenuLabel>{t('theme.label')}</DropdownMenuLabel>
          <ThemeChoice />
        </div>
        <DropdownMenuSeparator />
        <DropdownMenuItem disabled={isPending} onSelect={() => signOut({})}>
          <LogOutIcon aria-hidden />
          {t('actions.signOut')}
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  )
}

/** At most two letters for a name or address. */
export function initials(name: string): string {
  const words = name
    .split('@')[0]!
    .split(/[\s._-]+/)
    .filter(Boolean)
  return [words[0], words.length > 1 ? words.at(-1) : undefined]
    .map((word) => [...(word ?? '')][0] ?? '')
    .join('')
    .toUpperCase()
}
