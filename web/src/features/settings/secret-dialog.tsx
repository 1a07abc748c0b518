'use client'

import { CheckIcon, CopyIcon } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { Alert, AlertDescription } from '@/components/ui/alert'
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
import { Input } from '@/components/ui/input'
import { useT } from '@/lib/i18n'

/** What is told once: who closes it, or leaves the page, has to have a new one made. */
export interface Secret {
  title: string
  detail: ReactNode
  label: string
  value: string
}

/** Shows a secret once. It does not close by accident: neither beside it nor on Esc. */
export function SecretDialog({ secret, onClose }: { secret: Secret | null; onClose: () => void }) {
  return (
    <Dialog open={secret !== null}>
      {secret && (
        <DialogContent
          showCloseButton={false}
          onEscapeKeyDown={(event) => event.preventDefault()}
          onPointerDownOutside={(event) => event.preventDefault()}
        >
          <Shown secret={secret} onClose={onClose} />
        </DialogContent>
      )}
    </Dialog>
  )
}

function Shown({ secret, onClose }: { secret: Secret; onClose: () => void }) {
  const t = useT('settings.secret')
  const [isCopied, setCopied] = useState(false)
  const copy = () =>
    void navigator.clipboard.writeText(secret.value).then(
      () => setCopied(true),
      // Without leave to write there, it is still selected.
      () => undefined,
    )
  return (
    <>
      <DialogHeader>
        <DialogTitle>{secret.title}</DialogTitle>
        <DialogDescription>{secret.detail}</DialogDescription>
      </DialogHeader>
      <Field label={secret.label}>
        <Input
          readOnly
          value={secret.value}
          className="font-mono text-xs"
          onFocus={(event) => event.currentTarget.select()}
        />
      </Field>
      <Alert variant="warning">
        <AlertDescription>{t('once')}</AlertDescription>
      </Alert>
      <DialogFooter>
        <Button variant="outline" onClick={copy}>
          {isCopied ? (
            <CheckIcon className="size-4" aria-hidden />
          ) : (
            <CopyIcon className="size-4" aria-hidden />
          )}
          <span role="status">{isCopied ? t('copied') : t('copy')}</span>
        </Button>
        <Button onClick={onClose}>{t('done')}</Button>
      </DialogFooter>
    </>
  )
}
