'use client'

import { useState } from 'react'
import {
  type Code,
  CODES,
  type Group,
  GROUP_NAMES,
  GROUPS,
  useDisputeWords,
} from '@/components/disputes/words'
import { Button } from '@/components/ui/button'
import { Checkbox } from '@/components/ui/checkbox'
import {
  Dialog,
  DialogContent,
  DialogDescription,
  DialogFooter,
  DialogHeader,
  DialogTitle,
} from '@/components/ui/dialog'
import { Kbd } from '@/components/ui/kbd'
import { Label } from '@/components/ui/label'
import { useHotkeys } from '@/lib/hotkeys'
import { useT } from '@/lib/i18n'

interface Props {
  /** The group to begin with; null shows all of them. */
  group: Group | null
  /** The reason as it is now. */
  code: string | null
  codes: readonly string[]
  isPending: boolean
  onSay: (code: Code, codes: Code[]) => void
  onClose: () => void
}

/**
 * Says the reason: first its group, then the reason itself, by pointer or by the keys that stand beside them. What the
 * text gives as further reasons can be ticked before.
 */
export default function ReasonDialog({ group: first, code, codes, isPending, onSay, onClose }: Props) {
  const t = useT('disputes')
  const c = useT('common')
  const words = useDisputeWords()
  const [group, setGroup] = useState<Group | null>(first)
  const [also, setAlso] = useState<readonly string[]>(codes)
  const choices: readonly (Group | Code)[] = group ? GROUPS[group] : GROUP_NAMES
  const choose = (choice: Group | Code) => {
    if (isPending) return
    if (group === null) setGroup(choice as Group)
    else
      onSay(
        choice as Code,
        CODES.filter((each) => each !== choice && also.includes(each)),
      )
  }
  useHotkeys(Object.fromEntries(choices.map((choice, at) => [String(at + 1), () => choose(choice)])), {
    inDialog: true,
  })
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>{group ? words.group(group) : t('reason.dialog')}</DialogTitle>
          <DialogDescription>{t('reason.teaches')}</DialogDescription>
        </DialogHeader>
        <ul className="flex flex-col gap-1" aria-label={t('reason.title')}>
          {choices.map((choice, at) => (
            <li key={choice}>
              <Button
                variant="outline"
                className="w-full justify-between font-normal"
                aria-current={choice === code ? 'true' : undefined}
                disabled={isPending}
                onClick={() => choose(choice)}
                autoFocus={at === 0}
              >
                <span>
                  {group ? words.code(choice) : words.group(choice)}
                  {choice === code && (
                    <span className="ml-2 text-xs text-muted-foreground">{t('reason.now')}</span>
                  )}
                </span>
                <Kbd>{at + 1}</Kbd>
              </Button>
            </li>
          ))}
        </ul>
        <details>
          <summary className="cursor-pointer text-muted-foreground">{t('reason.further')}</summary>
          <ul className="mt-2 grid gap-1 sm:grid-cols-2">
            {CODES.map((each) => (
              <li key={each}>
                <Label className="flex min-h-7 items-center gap-2 font-normal">
                  <Checkbox
                    checked={also.includes(each)}
                    onCheckedChange={(checked) =>
                      setAlso(checked === true ? [...also, each] : also.filter((one) => one !== each))
                    }
                  />
                  {words.code(each)}
                </Label>
              </li>
            ))}
          </ul>
        </details>
        <DialogFooter>
          {group && (
            <Button variant="ghost" onClick={() => setGroup(null)}>
              {t('reason.groups')}
            </Button>
          )}
          <Button variant="outline" onClick={onClose}>
            {c('actions.cancel')}
          </Button>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  )
}
