'use client'

import { Trash2 } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { toast } from '@/lib/toast'
import { useProblemText } from '@/components/problem-alert'
import { Button } from '@/components/ui/button'
import { Dialog, DialogContent, DialogDescription, DialogHeader, DialogTitle } from '@/components/ui/dialog'
import { Input } from '@/components/ui/input'
import { useT } from '@/lib/i18n'
import { useViews } from './api'
import type { View } from './views'

/** One's views of a page, each to be renamed or let go of; what was deleted can be had back from the toast. */
export function ManageViews({ page, onClose }: { page: string; onClose: () => void }) {
  const t = useT('views')
  const { views = [] } = useViews(page)
  return (
    <Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>{t('manageTitle')}</DialogTitle>
          <DialogDescription>{views.length === 0 ? t('none') : t('manageDetail')}</DialogDescription>
        </DialogHeader>
        <ul className="flex max-h-96 flex-col gap-2 overflow-y-auto p-1">
          {views.map((view) => (
            <ViewLine key={view.id} view={view} />
          ))}
        </ul>
      </DialogContent>
    </Dialog>
  )
}

function ViewLine({ view }: { view: View }) {
  const t = useT('views')
  const sayProblem = useProblemText()
  const { create, update, remove } = useViews(view.page)
  const [name, setName] = useState(view.name)
  const isChanged = name.trim() !== '' && name.trim() !== view.name
  const onError = (error: unknown) => {
    const { title, detail } = sayProblem(error)
    toast.error(title, { description: detail })
  }

  const rename = (event: FormEvent) => {
    event.preventDefault()
    update.mutate({ params: { path: { view_id: view.id } }, body: { name, query: view.query } }, { onError })
  }
  const undo = () =>
    create.mutate({ body: { page: view.page, name: view.name, query: view.query } }, { onError })
  const letGo = () =>
    remove
      .mutateAsync({ params: { path: { view_id: view.id } } })
      // Not as the mutation's own callback: by then this line is gone.
      .then(
        () =>
          toast.success(t('deleted', { name: view.name }), { action: { label: t('undo'), onClick: undo } }),
        onError,
      )

  return (
    <li>
      <form onSubmit={rename} className="flex items-center gap-2">
        <Input
          aria-label={t('renameLabel', { name: view.name })}
          value={name}
          onChange={(event) => setName(event.target.value)}
          maxLength={60}
          autoComplete="off"
        />
        {isChanged && (
          <Button type="submit" variant="outline" size="sm" disabled={update.isPending}>
            {t('rename')}
          </Button>
        )}
        <Button
          type="button"
          variant="ghost"
          size="icon"
          aria-label={t('delete', { name: view.name })}
          disabled={remove.isPending}
          onClick={() => void letGo()}
        >
          <Trash2 aria-hidden strokeWidth={1.75} />
        </Button>
      </form>
    </li>
  )
}
