'use client'

import { useState } from 'react'
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
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { useToday } from '@/lib/today'
import { dayAfter, isDay, type Rest, RESTS } from './snooze'

const DATE = 'date'

interface Props {
  customer: { id: string; name: string }
  onClose: () => void
  onChosen: (day: string) => void
}

/** Asks until when a customer is to rest. */
export default function SnoozeDialog({ customer, onClose, onChosen }: Props) {
  const t = useT('worklist')
  const c = useT('common')
  const format = useFormat()
  const today = useToday()
  const [rest, setRest] = useState<Rest | typeof DATE>('threeDays')
  const [typed, setTyped] = useState('')
  const [isChecked, setChecked] = useState(false)
  const day = rest === DATE ? typed : dayAfter(rest, today)
  const submit = () => {
    setChecked(true)
    if (isDay(day, today)) onChosen(day)
  }
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent>
        <form
          noValidate
          className="contents"
          onSubmit={(event) => {
            event.preventDefault()
            submit()
          }}
        >
          <DialogHeader>
            <DialogTitle>{t('snooze.title', { name: customer.name })}</DialogTitle>
            <DialogDescription>{t('snooze.detail')}</DialogDescription>
          </DialogHeader>
          <Select value={rest} onValueChange={(value) => setRest(value as Rest | typeof DATE)}>
            <Field label={t('snooze.until')} help={rest === DATE ? undefined : format.day(day)}>
              <SelectTrigger>
                <SelectValue />
              </SelectTrigger>
            </Field>
            <SelectContent>
              {(Object.keys(RESTS) as Rest[]).map((each) => (
                <SelectItem key={each} value={each}>
                  {t(`snooze.${each}`)}
                </SelectItem>
              ))}
              <SelectItem value={DATE}>{t('snooze.date')}</SelectItem>
            </SelectContent>
          </Select>
          {rest === DATE && (
            <Field
              label={t('snooze.day')}
              error={isChecked && !isDay(typed, today) ? t('snooze.wrong') : undefined}
            >
              <Input type="date" value={typed} onChange={(event) => setTyped(event.target.value)} />
            </Field>
          )}
          <DialogFooter>
            <Button variant="outline" onClick={onClose}>
              {c('actions.cancel')}
            </Button>
            <Button type="submit">{t('snooze.save')}</Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  )
}
