'use client'

import { FileTextIcon, UsersIcon, ZapIcon } from 'lucide-react'
import { useState } from 'react'
import {
  Command,
  CommandEmpty,
  CommandGroup,
  CommandInput,
  CommandItem,
  CommandList,
  CommandShortcut,
} from '@/components/ui/command'
import { Dialog, DialogContent, DialogTitle } from '@/components/ui/dialog'
import { useT } from '@/lib/i18n'
import { type Action, useOfferedActions } from '@/lib/hotkeys'
import { useRouter } from '@/lib/nav'
import { type Recent, useRecents } from '@/lib/recents'
import { may, useSession } from '@/lib/session'
import { KeyNames } from './help-sheet'
import { pagesFor } from './pages'
import { matches, useSearch } from './search'

const ICONS = { invoice: FileTextIcon, customer: UsersIcon }

/** Search and commands in one: pages, what was opened last, what the hub finds, what can be done here. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const t = useT('shell')
  const router = useRouter()
  const session = useSession()
  const [text, setText] = useState('')
  const actions = useOfferedActions()
  const { recents, note } = useRecents(session.tenant?.key)
  const search = useSearch(text.trim())

  const pages = pagesFor(session).flatMap((group) => group.pages)
  const matchingPages = pages.filter(({ name }) => matches(t(`nav.${name}`), text))
  // Begun from any page; on its own page the page offers it, with its key.
  const compose: Action = { id: 'reminders.new', label: t('actions.newReminder'), run: composeReminder }
  const canCompose = may(session, 'createReminder') && !actions.some(({ id }) => id === compose.id)
  const matchingActions = [...actions, ...(canCompose ? [compose] : [])].filter(({ label }) =>
    matches(label, text),
  )
  const found = text.trim() ? search.items : []

  function composeReminder() {
    router.push('/reminders/?compose=new')
  }
  const goTo = (href: string) => {
    onClose()
    router.push(href)
  }
  const open = (record: Recent) => {
    note(record)
    goTo(`/${record.kind}s/view/?id=${encodeURIComponent(record.id)}`)
  }
  const run = (action: Action) => {
    onClose()
    // Once the palette is gone, so that what the action opens gets the focus and keeps it.
    setTimeout(action.run)
  }

  return (
    <Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <DialogContent
        aria-describedby={undefined}
        showCloseButton={false}
        className="top-[12dvh] translate-y-0 gap-0 overflow-hidden p-0"
      >
        <DialogTitle className="sr-only">{t('palette.title')}</DialogTitle>
        <Command shouldFilter={false} label={t('palette.title')}>
          <CommandInput
            placeholder={t('palette.placeholder')}
            value={text}
            onValueChange={setText}
            maxLength={100}
          />
          <CommandList label={t('palette.title')} className="max-h-[60dvh]">
            <CommandEmpty>
              {search.isSearching
                ? t('palette.searching')
                : search.isFailed
                  ? t('palette.failed')
                  : t('palette.none')}
            </CommandEmpty>
            {(['invoice', 'customer'] as const).map((kind) => (
              <Records
                key={kind}
                heading={t(`palette.${kind}s`)}
                records={found.filter((record) => record.kind === kind)}
                onOpen={open}
              />
            ))}
            {!text.trim() && <Records heading={t('palette.recent')} records={recents} onOpen={open} />}
            {matchingPages.length > 0 && (
              <CommandGroup heading={t('palette.pages')}>
                {matchingPages.map(({ name, href, icon: Icon, letter }) => (
                  <CommandItem key={name} value={`page ${name}`} onSelect={() => goTo(href)}>
                    <Icon className="text-muted-foreground" aria-hidden />
                    {t(`nav.${name}`)}
                    {letter && (
                      <CommandShortcut>
                        <KeyNames keys={`g ${letter}`} />
                      </CommandShortcut>
                    )}
                  </CommandItem>
                ))}
              </CommandGroup>
            )}
            {matchingActions.length > 0 && (
              <CommandGroup heading={t('palette.actions')}>
                {matchingActions.map((action) => (
                  <CommandItem key={action.id} value={`action ${action.id}`} onSelect={() => run(action)}>
                    <ZapIcon className="text-muted-foreground" aria-hidden />
                    {action.label}
                    {action.keys && (
                      <CommandShortcut>
                        <KeyNames keys={action.keys} />
                      </CommandShortcut>
                    )}
                  </CommandItem>
                ))}
              </CommandGroup>
            )}
          </CommandList>
        </Command>
        <p role="status" className="sr-only">
          {text.trim() && !search.isSearching && t('palette.results', { count: found.length })}
        </p>
      </DialogContent>
    </Dialog>
  )
}

function Records({
  heading,
  records,
  onOpen,
}: {
  heading: string
  records: Recent[]
  onOpen: (record: Recent) => void
}) {
  if (records.length === 0) return null
  return (
    <CommandGroup heading={heading}>
      {records.map((record) => {
        const Icon = ICONS[record.kind]
        return (
          <CommandItem key={record.id} value={`${record.kind} ${record.id}`} onSelect={() => onOpen(record)}>
            <Icon className="text-muted-foreground" aria-hidden />
            <span className="truncate">{record.title}</span>
            <span className="ml-auto truncate pl-4 text-xs text-muted-foreground">{record.detail}</span>
          </CommandItem>
        )
      })}
    </CommandGroup>
  )
}
