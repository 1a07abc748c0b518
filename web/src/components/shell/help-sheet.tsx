'use client'

import { Fragment, type ReactNode } from 'react'
import { Kbd } from '@/components/ui/kbd'
import { Sheet, SheetContent, SheetDescription, SheetHeader, SheetTitle } from '@/components/ui/sheet'
import { useT } from '@/lib/i18n'
import { useOfferedActions } from '@/lib/hotkeys'
import { usePreferences } from '@/lib/preferences'
import { useSession } from '@/lib/session'
import { pagesFor } from './pages'

/** All keys that do something here and now. */
export default function HelpSheet({ onClose }: { onClose: () => void }) {
  const t = useT('shell')
  const session = useSession()
  const hasLetters = usePreferences((state) => state.letterKeys)
  const actions = useOfferedActions().filter(({ keys }) => keys !== undefined)
  const pages = pagesFor(session)
    .flatMap((group) => group.pages)
    .filter(({ letter }) => letter !== undefined)
  return (
    <Sheet open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <SheetContent>
        <SheetHeader>
          <SheetTitle>{t('help.title')}</SheetTitle>
          <SheetDescription>{t(hasLetters ? 'help.detail' : 'help.off')}</SheetDescription>
        </SheetHeader>
        <Keys title={t('help.global')}>
          <KeyLine keys="mod+k" label={t('help.keys.palette')} />
          <KeyLine keys="?" label={t('help.keys.help')} />
          <KeyLine keys="escape" label={t('help.keys.escape')} />
        </Keys>
        <Keys title={t('help.goTo')}>
          {pages.map(({ name, letter }) => (
            <KeyLine key={name} keys={`g ${letter}`} label={t(`nav.${name}`)} />
          ))}
        </Keys>
        <Keys title={t('help.lists')}>
          <KeyLine keys="/" label={t('help.keys.filter')} />
          <KeyLine keys="j k" isChoice label={t('help.keys.rows')} />
          <KeyLine keys="enter" label={t('help.keys.open')} />
          <KeyLine keys="space" label={t('help.keys.peek')} />
          <KeyLine keys="x" label={t('help.keys.mark')} />
          <KeyLine keys="[ ]" isChoice label={t('help.keys.records')} />
        </Keys>
        {actions.length > 0 && (
          <Keys title={t('help.actions')}>
            {actions.map(({ id, keys, label }) => (
              <KeyLine key={id} keys={keys!} label={label} />
            ))}
          </Keys>
        )}
      </SheetContent>
    </Sheet>
  )
}

function Keys({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3 className="pb-1 text-xs text-muted-foreground">{title}</h3>
      <dl className="flex flex-col">{children}</dl>
    </section>
  )
}

function KeyLine({ keys, label, isChoice = false }: { keys: string; label: string; isChoice?: boolean }) {
  return (
    <div className="flex h-8 items-center justify-between gap-4">
      <dt>{label}</dt>
      <dd>
        <KeyNames keys={keys} isChoice={isChoice} />
      </dd>
    </div>
  )
}

/** Keys as they are printed on a keyboard; one after the other, or one of them where it is a choice. */
export function KeyNames({ keys, isChoice = false }: { keys: string; isChoice?: boolean }) {
  const t = useT('shell')
  return (
    <span className="flex items-center gap-1 text-xs text-muted-foreground">
      {keys.split(' ').map((chord, index) => (
        <Fragment key={chord}>
          {index > 0 && <span>{isChoice ? '/' : t('help.then')}</span>}
          {chord.split('+').map((key) => (
            <Kbd key={key}>{nameOf(key)}</Kbd>
          ))}
        </Fragment>
      ))}
    </span>
  )
}

const NAMES: Record<string, string> = { mod: 'Ctrl', escape: 'Esc', enter: 'Enter', space: 'Space' }

const nameOf = (key: string) => NAMES[key] ?? key.toUpperCase()
