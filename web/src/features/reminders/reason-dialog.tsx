'use client'

import { type ReactNode, useState } from 'react'
import { ProblemAlert } from '@/components/problem-alert'
import { Button } from '@/components/ui/button'
import {
  Dialog,
  DialogContent,
  DialogDescription,
  DialogFooter,
  DialogHeader,
  DialogTitle,
} from '@/components/ui/dialog'
import { Field } from '@/components/ui/field'
import { Textarea } from '@/components/ui/textarea'
import { useT } from '@/lib/i18n'

interface Props {
  title: string
  detail: ReactNode
  action: string
  /** Whether nothing is done without a reason. */
  isNeeded: boolean
  error: unknown
  isPending: boolean
  onSay: (reason: string) => void
  onClose: () => void
}

/** Asks why something is not to be sent. */
export default function ReasonDialog(props: Props) {
  const t = useT('reminders')
  const c = useT('common')
  const [reason, setReason] = useState('')
  const [isChecked, setChecked] = useState(false)
  const isMissing = props.isNeeded && reason.trim() === ''
  return (
    <Dialog open onOpenChange={(isOpen) => !isOpen && props.onClose()}>
      <DialogContent>
        <form
          noValidate
          className="contents"
          onSubmit={(event) => {
            event.preventDefault()
            setChecked(true)
            if (!isMissing) props.onSay(reason.trim())
          }}
        >
          <DialogHeader>
            <DialogTitle>{props.title}</DialogTitle>
            <DialogDescription asChild>
              <div>{props.detail}</div>
            </DialogDescription>
          </DialogHeader>
          {props.error ? <ProblemAlert error={props.error} /> : null}
          <Field
            label={t('reason.label')}
            optional={!props.isNeeded}
            error={isChecked && isMissing ? t('reason.missing') : undefined}
          >
            <Textarea
              rows={3}
              maxLength={1000}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
              autoFocus
            />
          </Field>
          <DialogFooter>
            <Button variant="outline" onClick={props.onClose}>
              {c('actions.cancel')}
            </Button>
            <Button type="submit" disabled={props.isPending}>
              {props.action}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  )
}
