'use client'

import { useState } from 'react'
import { type Group, GROUP_NAMES, useDisputeWords } from '@/components/disputes/words'
import { type Action, useActions } from '@/lib/hotkeys'
import { useT } from '@/lib/i18n'
import { useCan } from '@/lib/session'
import type { Dispute } from './api'
import type { Move } from './moves'
import type { DisputeWork } from './use-dispute-work'

const MOVE_KEYS: Record<Move, string> = {
  investigate: 'i',
  propose: 'p',
  accept: 'a',
  reject: 'r',
  resolve: 'v',
  reopen: 'o',
}

interface Options {
  dispute: Dispute
  moves: readonly Move[]
  begin: (move: Move) => void
  canSayReason: boolean
  work: DisputeWork
}

/**
 * What can be done with a dispute by key and in the palette: 1 to 8 begin to say the reason, by its group. Answers which
 * group is being asked about; null while none is.
 */
export function useDisputeKeys({ dispute, moves, begin, canSayReason, work }: Options) {
  const t = useT('disputes')
  const words = useDisputeWords()
  const canComment = useCan('addDisputeComment')
  const canAssign = useCan('updateDispute') && dispute.status !== 'resolved'
  const [reason, setReason] = useState<{ group: Group | null } | null>(null)
  const actions: Action[] = moves.map((move) => ({
    id: `dispute.${move}`,
    label: t(`move.${move}`),
    keys: MOVE_KEYS[move],
    run: () => begin(move),
  }))
  if (canAssign) {
    actions.push({
      id: 'dispute.assign',
      label: t(work.isMine ? 'assigned.drop' : 'assigned.take'),
      keys: 'm',
      run: work.isMine ? work.assignToNobody : work.assignToMe,
    })
  }
  if (canComment) {
    actions.push({
      id: 'dispute.comment',
      label: t('history.comment'),
      keys: 'c',
      run: () => document.querySelector<HTMLElement>('[data-comment]')?.focus(),
    })
  }
  if (canSayReason) {
    if (dispute.code !== null && dispute.code_by === 'classifier') {
      actions.push({ id: 'dispute.confirm', label: t('reason.confirm'), keys: 'y', run: work.confirmReason })
    }
    GROUP_NAMES.forEach((group, at) =>
      actions.push({
        id: `dispute.reason.${group}`,
        label: t('reason.set', { group: words.group(group) }),
        keys: String(at + 1),
        run: () => setReason({ group }),
      }),
    )
  }
  useActions(actions)
  return { reason, setReason }
}
