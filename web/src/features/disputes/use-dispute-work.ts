'use client'

import { once, useDisputesChanged } from '@/components/disputes/api'
import { disputeName } from '@/components/disputes/marks'
import { type Code, useDisputeWords } from '@/components/disputes/words'
import { useProblemText } from '@/components/problem-alert'
import { api } from '@/lib/api'
import { useT } from '@/lib/i18n'
import { useSession } from '@/lib/session'
import { toast } from '@/lib/toast'
import type { Dispute } from './api'
import { useMove } from './moves'

/** What is done with a dispute at once, without a form; what fails is said in a corner of the page. */
export function useDisputeWork(dispute: Dispute) {
  const t = useT('disputes')
  const words = useDisputeWords()
  const say = useProblemText()
  const { user } = useSession()
  const changed = useDisputesChanged()
  const moving = useMove(dispute.id)
  const saying = api.useMutation('post', '/api/disputes/{dispute_id}/code')
  const changing = api.useMutation('patch', '/api/disputes/{dispute_id}')
  const name = disputeName(dispute)
  const onError = (error: unknown) => {
    const { title, detail } = say(error)
    toast.error(title, { description: detail })
  }

  const sayReason = (code: Code, codes: Code[], done?: () => void) =>
    saying.mutate(
      { params: { path: { dispute_id: dispute.id }, header: once() }, body: { code, codes } },
      {
        onSuccess: () => {
          void changed()
          toast.success(
            t(code === dispute.code ? 'reason.confirmed' : 'reason.corrected', {
              reason: words.code(code),
            }),
          )
          done?.()
        },
        onError,
      },
    )
  const assign = (ownerId: string | null) =>
    changing.mutate(
      {
        params: {
          path: { dispute_id: dispute.id },
          header: { 'If-Match': `"${dispute.version}"` },
        },
        body: { owner_id: ownerId },
      },
      {
        onSuccess: () => {
          void changed()
          toast.success(t(ownerId ? 'assigned.me' : 'assigned.nobody', { name }))
        },
        onError,
      },
    )

  return {
    isPending: moving.isPending || saying.isPending || changing.isPending,
    investigate: () =>
      moving.mutate(
        { move: 'investigate' },
        { onSuccess: () => toast.success(t('moved.investigate', { name })), onError },
      ),
    sayReason,
    confirmReason: () => dispute.code && sayReason(dispute.code as Code, dispute.codes as Code[]),
    isMine: dispute.owner?.id === user.id,
    assignToMe: () => assign(user.id),
    assignToNobody: () => assign(null),
  }
}

export type DisputeWork = ReturnType<typeof useDisputeWork>
