'use client'

import { CheckIcon } from 'lucide-react'
import { DisputeStatusMark } from '@/components/disputes/marks'
import { OPEN_STATUSES, useDisputeWords } from '@/components/disputes/words'
import { Button } from '@/components/ui/button'
import { Card, CardContent, CardHeader, CardTitle } from '@/components/ui/card'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import type { Dispute } from './api'
import type { Move } from './moves'

/** Which of the moves stands out: what one does next if all goes its way. */
const PRIMARY: Record<Dispute['status'], Move> = {
  open: 'investigate',
  investigating: 'propose',
  proposed: 'accept',
  accepted: 'resolve',
  rejected: 'resolve',
  resolved: 'reopen',
}

interface Props {
  dispute: Dispute
  /** What this reader may do with it. */
  moves: readonly Move[]
  onMove: (move: Move) => void
  isPending: boolean
}

/** Where the dispute is on its way, and the moves from there. */
export function StepsCard({ dispute, moves, onMove, isPending }: Props) {
  const t = useT('disputes')
  const words = useDisputeWords()
  const format = useFormat()
  const { status, proposal, currency } = dispute
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t('steps.title')}</CardTitle>
      </CardHeader>
      <CardContent className="flex flex-col gap-3">
        <p className="flex flex-wrap items-baseline gap-x-3">
          <DisputeStatusMark status={status} />
          {dispute.outcome && <span className="font-medium">{words.outcome(dispute.outcome)}</span>}
          {dispute.resolved_at && (
            <span className="text-muted-foreground">{format.instant(dispute.resolved_at)}</span>
          )}
        </p>
        {proposal && (
          <div className="rounded-md border px-3 py-2">
            <p className="font-medium">
              {words.action(proposal.action)}
              {proposal.amount && currency && (
                <span className="ml-2">{format.money(proposal.amount, currency)}</span>
              )}
            </p>
            {proposal.note && <p className="mt-1 wrap-anywhere whitespace-pre-wrap">{proposal.note}</p>}
            <p className="mt-1 text-xs text-muted-foreground">
              {t(proposal.is_own ? 'steps.ownProposal' : 'steps.proposedBy', {
                name: proposal.by,
                at: format.instant(proposal.at),
              })}
            </p>
          </div>
        )}
        {moves.length > 0 && (
          <div className="flex flex-wrap gap-2">
            {moves.map((move) => (
              <Button
                key={move}
                size="sm"
                variant={move === PRIMARY[status] ? 'default' : 'outline'}
                disabled={isPending}
                onClick={() => onMove(move)}
              >
                {move === 'accept' && <CheckIcon aria-hidden className="size-4" />}
                {t(`move.${move}`)}
              </Button>
            ))}
          </div>
        )}
        {moves.length === 0 && (OPEN_STATUSES as readonly string[]).includes(status) && (
          <p className="text-muted-foreground">{t('steps.readOnly')}</p>
        )}
      </CardContent>
    </Card>
  )
}
