'use client'

import { EyeIcon, EyeOffIcon } from 'lucide-react'
import { type ComponentProps, useState } from 'react'
import { Button } from '@/components/ui/button'
import { Input } from '@/components/ui/input'
import { useT } from '@/lib/i18n'

/** A password, which may be looked at while it is typed. Say in `autoComplete` whether it is the present or a new one. */
export function PasswordInput(props: ComponentProps<typeof Input> & { autoComplete: string }) {
  const t = useT('auth')
  const [isShown, setShown] = useState(false)
  const Icon = isShown ? EyeOffIcon : EyeIcon
  return (
    <div className="relative">
      <Input
        {...props}
        type={isShown ? 'text' : 'password'}
        className="pr-10"
        spellCheck={false}
        autoCapitalize="none"
      />
      <Button
        type="button"
        variant="ghost"
        size="icon"
        className="absolute top-1/2 right-0.5 -translate-y-1/2"
        aria-label={isShown ? t('password.hide') : t('password.show')}
        aria-pressed={isShown}
        onClick={() => setShown(!isShown)}
      >
        <Icon className="size-4" aria-hidden />
      </Button>
    </div>
  )
}
