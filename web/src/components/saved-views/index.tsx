'use client'

import { Bookmark } from 'lucide-react'
import { useState } from 'react'
import { toast } from '@/lib/toast'
import { useProblemText } from '@/components/problem-alert'
import { Button } from '@/components/ui/button'
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuRadioGroup,
  DropdownMenuRadioItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu'
import { useT } from '@/lib/i18n'
import { usePathname, useRouter } from '@/lib/nav'
import { useViews } from './api'
import { ManageViews } from './manage-views'
import { SaveView } from './save-view'
import { shownView, viewAddress, viewQuery } from './views'

/** The views of this page that somebody keeps for themselves: to go to, to keep, to put in order. */
export function SavedViews() {
  const t = useT('views')
  const router = useRouter()
  const page = usePathname()
  const sayProblem = useProblemText()
  const { views = [], update } = useViews(page)
  // Read when the menu opens: the address changes with every filter, and nothing here shows it before.
  const [search, setSearch] = useState('')
  const [lastId, setLastId] = useState<string | null>(null)
  const [dialog, setDialog] = useState<'save' | 'manage' | null>(null)
  const shown = shownView(views, search)
  const last = views.find(({ id }) => id === (shown?.id ?? lastId))
  const query = viewQuery(search)

  const overwrite = () => {
    if (!last) return
    update.mutate(
      { params: { path: { view_id: last.id } }, body: { name: last.name, query } },
      {
        onSuccess: () => toast.success(t('updated', { name: last.name })),
        onError: (error) => toast.error(sayProblem(error).title),
      },
    )
  }

  return (
    <>
      <DropdownMenu onOpenChange={(isOpen) => isOpen && setSearch(window.location.search)}>
        <DropdownMenuTrigger asChild>
          <Button variant="outline" size="sm" className="font-normal">
            <Bookmark aria-hidden className="size-4" strokeWidth={1.75} />
            {t('button')}
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent align="end" className="max-h-96 w-64 overflow-y-auto">
          <DropdownMenuLabel>{t('own')}</DropdownMenuLabel>
          {views.length === 0 && (
            <p className="px-2 pb-2 text-sm text-balance text-muted-foreground">{t('none')}</p>
          )}
          <DropdownMenuRadioGroup
            value={shown?.id ?? ''}
            onValueChange={(id) => {
              const view = views.find((each) => each.id === id)
              if (!view) return
              setLastId(view.id)
              router.push(viewAddress(view))
            }}
          >
            {views.map((view) => (
              <DropdownMenuRadioItem key={view.id} value={view.id}>
                <span className="truncate">{view.name}</span>
              </DropdownMenuRadioItem>
            ))}
          </DropdownMenuRadioGroup>
          <DropdownMenuSeparator />
          {!shown && (
            <DropdownMenuItem onSelect={() => setDialog('save')} disabled={query === ''}>
              {t('save')}
            </DropdownMenuItem>
          )}
          {!shown && last && query !== '' && (
            <DropdownMenuItem onSelect={overwrite}>
              <span className="truncate">{t('update', { name: last.name })}</span>
            </DropdownMenuItem>
          )}
          {views.length > 0 && (
            <DropdownMenuItem onSelect={() => setDialog('manage')}>{t('manage')}</DropdownMenuItem>
          )}
        </DropdownMenuContent>
      </DropdownMenu>
      {dialog === 'save' && (
        <SaveView page={page} query={query} onSaved={setLastId} onClose={() => setDialog(null)} />
      )}
      {dialog === 'manage' && <ManageViews page={page} onClose={() => setDialog(null)} />}
    </>
  )
}
