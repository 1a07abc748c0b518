'use client'

import { XIcon } from 'lucide-react'
import { useId, useState } from 'react'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { useT } from '@/lib/i18n'
import type { Recipient } from '../api'
import { isAddress } from './draft'

interface Props {
  recipients: readonly Recipient[]
  onChange: (recipients: Recipient[]) => void
  /** Why nothing is sent to an address, by the address; addresses without a reason are not in it. */
  optOuts: ReadonlyMap<string, string>
  error?: string
}

/** Whom a reminder goes to, each with why nothing may reach them; addresses can be taken away and added. */
export function RecipientsField({ recipients, onChange, optOuts, error }: Props) {
  const t = useT('reminders')
  const label = useId()
  const [typed, setTyped] = useState('')
  const [isChecked, setChecked] = useState(false)
  const address = typed.trim()
  const isKnown = recipients.some((each) => each.email.toLowerCase() === address.toLowerCase())
  const wrong = !isAddress(address)
    ? t('compose.addressWrong')
    : isKnown
      ? t('compose.addressKnown')
      : undefined

  const add = () => {
    setChecked(true)
    if (wrong) return
    onChange([...recipients, { name: '', email: address, role: '' }])
    setTyped('')
    setChecked(false)
  }

  return (
    <div className="flex min-w-0 flex-col gap-2" role="group" aria-labelledby={label}>
      <p id={label} className="text-sm font-medium">
        {t('compose.recipients')}
      </p>
      {recipients.length === 0 && <p className="text-muted-foreground">{t('compose.noRecipients')}</p>}
      <ul className="flex flex-col divide-y rounded-md border empty:hidden">
        {recipients.map((each) => {
          const optOut = optOuts.get(each.email)
          return (
            <li key={each.email} className="flex min-w-0 items-center gap-2 py-1 pr-1 pl-3">
              <div className="min-w-0 flex-1">
                <p className="flex flex-wrap items-baseline gap-x-2">
                  {each.name && <span>{each.name}</span>}
                  <span className={each.name ? 'wrap-anywhere text-muted-foreground' : 'wrap-anywhere'}>
                    {each.email}
                  </span>
                  {each.role && <Badge variant="outline">{each.role}</Badge>}
                </p>
                {optOut && <p className="text-xs text-negative">{optOut}</p>}
              </div>
              <Button
                variant="ghost"
                size="icon"
                aria-label={t('compose.removeRecipient', { address: each.email })}
                onClick={() => onChange(recipients.filter(({ email }) => email !== each.email))}
              >
                <XIcon aria-hidden className="size-4" strokeWidth={1.75} />
              </Button>
            </li>
          )
        })}
      </ul>
      {error && (
        <p role="alert" className="text-xs text-negative">
          {error}
        </p>
      )}
      <div className="flex items-end gap-2">
        <Field
          label={t('compose.addAddress')}
          error={isChecked && address !== '' ? wrong : undefined}
          className="flex-1"
        >
          <Input
            type="email"
            autoComplete="off"
            maxLength={254}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return
              event.preventDefault()
              add()
            }}
          />
        </Field>
        <Button variant="outline" onClick={add} disabled={address === ''}>
          {t('compose.add')}
        </Button>
      </div>
    </div>
  )
}
