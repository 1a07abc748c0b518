'use client'

import { useLedgerWords } from '@/components/ledger/words'
import { Button } from '@/components/ui/button'
import {
  Dialog,
  DialogContent,
  DialogDescription,
  DialogFooter,
  DialogHeader,
  DialogTitle,
} from '@/components/ui/dialog'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '@/components/ui/table'
import { NONE } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { differences, type ProfileValues } from './profile-form'

interface Props {
  mine: ProfileValues
  theirs: ProfileValues
  onTakeTheirs: () => void
  onKeepMine: () => void
  onCancel: () => void
}

/** Somebody else saved first: what they say and what was typed, side by side, and whose is to stand. */
export function ConflictDialog({ mine, theirs, onTakeTheirs, onKeepMine, onCancel }: Props) {
  const t = useT('customers')
  const say = useFieldText()
  const names = differences(mine, theirs)
  return (
    <Dialog open onOpenChange={(open) => !open && onCancel()}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>{t('conflict.title')}</DialogTitle>
          <DialogDescription>{t('conflict.detail')}</DialogDescription>
        </DialogHeader>
        <Table label={t('conflict.title')}>
          <TableHeader>
            <TableRow>
              <TableHead>{t('conflict.field')}</TableHead>
              <TableHead>{t('conflict.theirs')}</TableHead>
              <TableHead>{t('conflict.mine')}</TableHead>
            </TableRow>
          </TableHeader>
          <TableBody>
            {names.map((name) => (
              <TableRow key={name} className="align-top">
                <TableHead scope="row">{t(FIELD_NAMES[name])}</TableHead>
                <TableCell className="wrap-anywhere whitespace-pre-wrap">{say(name, theirs)}</TableCell>
                <TableCell className="wrap-anywhere whitespace-pre-wrap">{say(name, mine)}</TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
        <DialogFooter>
          <Button variant="ghost" onClick={onCancel}>
            {t('conflict.cancel')}
          </Button>
          <Button variant="outline" onClick={onTakeTheirs}>
            {t('conflict.takeTheirs')}
          </Button>
          <Button onClick={onKeepMine}>{t('conflict.keepMine')}</Button>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  )
}

const FIELD_NAMES = {
  contacts: 'profile.contacts',
  notes: 'profile.notes',
  tags: 'profile.tags',
  risk_override: 'profile.override',
  preferred_channel: 'profile.channel',
  exclude_from_reminders: 'profile.reminders',
} as const

function useFieldText() {
  const t = useT('customers')
  const words = useLedgerWords()
  return (name: keyof ProfileValues, values: ProfileValues): string => {
    switch (name) {
      case 'contacts':
        return (
          values.contacts
            .map(({ name: who, role, email, phone }) => [who, role, email, phone].filter(Boolean).join(', '))
            .join('\n') || NONE
        )
      case 'risk_override':
        return values.risk_override === 'none' ? t('profile.asForecast') : words.risk(values.risk_override)
      case 'preferred_channel':
        return t(`profile.channels.${values.preferred_channel}`)
      case 'exclude_from_reminders':
        return t(values.exclude_from_reminders ? 'profile.never' : 'profile.allowed')
      default:
        return values[name] || NONE
    }
  }
}
