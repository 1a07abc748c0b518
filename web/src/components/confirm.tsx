'use client'

import { createContext, type ReactNode, use, useCallback, useRef, useState } from 'react'
import { useT } from '@/lib/i18n'
import {
  AlertDialog,
  AlertDialogAction,
  AlertDialogCancel,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogFooter,
  AlertDialogHeader,
  AlertDialogTitle,
} from './ui/alert-dialog'
import { Field } from './ui/field'
import { Input } from './ui/input'

export interface Question {
  title: string
  /** What will happen and what will not, with counts and amounts. */
  detail: ReactNode
  /** The verb on the button: "Disconnect". */
  action: string
  tone?: 'default' | 'destructive'
  /** A word to type first, where a click would be too easy. */
  typeToConfirm?: string
}

type Confirm = (question: Question) => Promise<boolean>

const ConfirmContext = createContext<Confirm | null>(null)

/** `if (await confirm({ title, detail, action })) …`; false when the reader thinks better of it. */
export function useConfirm(): Confirm {
  const confirm = use(ConfirmContext)
  if (!confirm) throw new Error('useConfirm needs a ConfirmProvider above it')
  return confirm
}

export function ConfirmProvider({ children }: { children: ReactNode }) {
  const [question, setQuestion] = useState<Question | null>(null)
  const [isOpen, setOpen] = useState(false)
  const settle = useRef<((isConfirmed: boolean) => void) | null>(null)

  const confirm = useCallback<Confirm>((asked) => {
    settle.current?.(false)
    setQuestion(asked)
    setOpen(true)
    return new Promise((resolve) => {
      settle.current = resolve
    })
  }, [])
  const answer = (isConfirmed: boolean) => {
    settle.current?.(isConfirmed)
    settle.current = null
    setOpen(false)
  }

  return (
    <ConfirmContext value={confirm}>
      {children}
      <AlertDialog open={isOpen} onOpenChange={(open) => !open && answer(false)}>
        {question && <Asked key={question.title} question={question} onAnswer={answer} />}
      </AlertDialog>
    </ConfirmContext>
  )
}

function Asked({ question, onAnswer }: { question: Question; onAnswer: (isConfirmed: boolean) => void }) {
  const t = useT('common')
  const [typed, setTyped] = useState('')
  const { title, detail, action, tone = 'default', typeToConfirm } = question
  const isAllowed = typeToConfirm === undefined || typed.trim() === typeToConfirm
  return (
    <AlertDialogContent>
      <form
        className="contents"
        onSubmit={(event) => {
          event.preventDefault()
          if (isAllowed) onAnswer(true)
        }}
      >
        <AlertDialogHeader>
          <AlertDialogTitle>{title}</AlertDialogTitle>
          <AlertDialogDescription asChild>
            <div>{detail}</div>
          </AlertDialogDescription>
        </AlertDialogHeader>
        {typeToConfirm !== undefined && (
          <Field label={t('confirm.typeToConfirm', { word: typeToConfirm })}>
            <Input value={typed} onChange={(event) => setTyped(event.target.value)} autoComplete="off" />
          </Field>
        )}
        <AlertDialogFooter>
          <AlertDialogCancel>{t('actions.cancel')}</AlertDialogCancel>
          <AlertDialogAction variant={tone} disabled={!isAllowed} onClick={() => onAnswer(true)}>
            {action}
          </AlertDialogAction>
        </AlertDialogFooter>
      </form>
    </AlertDialogContent>
  )
}
