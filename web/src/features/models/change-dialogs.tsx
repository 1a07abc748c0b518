'use client'

import { type ReactNode, useState } from 'react'
import { toast } from '@/lib/toast'
import { ProblemAlert } from '@/components/problem-alert'
import { Button } from '@/components/ui/button'
import { Checkbox } from '@/components/ui/checkbox'
import {
  Dialog,
  DialogClose,
  DialogContent,
  DialogDescription,
  DialogFooter,
  DialogHeader,
  DialogTitle,
  DialogTrigger,
} from '@/components/ui/dialog'
import { Field } from '@/components/ui/field'
import { Textarea } from '@/components/ui/textarea'
import { useT } from '@/lib/i18n'
import { type Model, type Task, useModelsChanged, usePromote, useRollBack } from './api'
import { once } from './model-actions'

/** Puts a model in charge by hand, with the reason that is kept with the change. */
export function PromoteDialog({ model }: { model: Model }) {
  const t = useT('models')
  const changed = useModelsChanged()
  const promote = usePromote()
  const [isOpen, setOpen] = useState(false)
  const [pin, setPin] = useState(true)
  return (
    <WithReason
      isOpen={isOpen}
      onOpenChange={setOpen}
      trigger={
        <Button variant="outline" size="sm" aria-label={t('promote.label', { number: model.number })}>
          {t('promote.action')}
        </Button>
      }
      title={t('promote.title', { number: model.number, backend: model.backend })}
      detail={t(`promote.detail.${model.task}`)}
      action={t('promote.action')}
      isPending={promote.isPending}
      error={promote.error}
      onSubmit={(why) =>
        promote.mutate(
          { params: { path: { model_id: model.id }, header: once() }, body: { why, pin } },
          {
            onSuccess: () => {
              setOpen(false)
              changed()
              toast.success(t('promote.done', { number: model.number }))
            },
          },
        )
      }
    >
      <Field label={t('promote.pin')} help={t('promote.pinHelp')} layout="inline">
        <Checkbox checked={pin} onCheckedChange={(checked) => setPin(checked === true)} />
      </Field>
    </WithReason>
  )
}

/** Puts the model before the present one back in charge. */
export function RollBackDialog({ task }: { task: Task }) {
  const t = useT('models')
  const changed = useModelsChanged()
  const rollBack = useRollBack()
  const [isOpen, setOpen] = useState(false)
  return (
    <WithReason
      isOpen={isOpen}
      onOpenChange={setOpen}
      trigger={
        <Button variant="outline" size="sm">
          {t('rollBack.action')}
        </Button>
      }
      title={t('rollBack.title')}
      detail={t('rollBack.detail')}
      action={t('rollBack.action')}
      isPending={rollBack.isPending}
      error={rollBack.error}
      onSubmit={(why) =>
        rollBack.mutate(
          { params: { header: once() }, body: { task, why } },
          {
            onSuccess: (model) => {
              setOpen(false)
              changed()
              toast.success(t('rollBack.done', { number: model.number }))
            },
          },
        )
      }
    />
  )
}

interface WithReasonProps {
  isOpen: boolean
  onOpenChange: (isOpen: boolean) => void
  trigger: ReactNode
  title: string
  detail: string
  action: string
  isPending: boolean
  error: unknown
  onSubmit: (why: string) => void
  children?: ReactNode
}

function WithReason(props: WithReasonProps) {
  const t = useT('models')
  const c = useT('common')
  const [why, setWhy] = useState('')
  const [isMissing, setMissing] = useState(false)
  return (
    <Dialog open={props.isOpen} onOpenChange={props.onOpenChange}>
      <DialogTrigger asChild>{props.trigger}</DialogTrigger>
      <DialogContent>
        <form
          noValidate
          className="contents"
          onSubmit={(event) => {
            event.preventDefault()
            const said = why.trim()
            setMissing(!said)
            if (said) props.onSubmit(said)
          }}
        >
          <DialogHeader>
            <DialogTitle>{props.title}</DialogTitle>
            <DialogDescription>{props.detail}</DialogDescription>
          </DialogHeader>
          {props.error ? <ProblemAlert error={props.error} /> : null}
          <Field label={t('why.label')} help={t('why.help')} error={isMissing && t('why.missing')}>
            <Textarea value={why} onChange={(event) => setWhy(event.target.value)} maxLength={500} rows={3} />
          </Field>
          {props.children}
          <DialogFooter>
            <DialogClose asChild>
              <Button variant="outline">{c('actions.cancel')}</Button>
            </DialogClose>
            <Button type="submit" disabled={props.isPending}>
              {props.action}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  )
}
