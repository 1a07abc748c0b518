'use client'

import { lazy, Suspense, useState } from 'react'
import { RecordSteps } from '@/components/data-table'
import { DisputedAmount, disputeName, DisputeStatusMark } from '@/components/disputes/marks'
import { Page } from '@/components/page'
import { RecordPage, RecordSkeleton } from '@/components/records/record-page'
import { Region } from '@/components/region'
import { Alert, AlertDescription, AlertTitle } from '@/components/ui/alert'
import { NONE } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import { useCan } from '@/lib/session'
import { AdjustmentsCard } from './adjustments-card'
import { type Dispute, useDispute } from './api'
import { EvidenceCard } from './evidence-card'
import { FactsCard } from './facts-card'
import { HistoryCard } from './history-card'
import { LookAlikesCard } from './look-alikes-card'
import { MessageCard } from './message-card'
import type { Move } from './moves'
import { ReasonCard } from './reason-card'
import { ReplyCard } from './reply-card'
import { StepsCard } from './steps-card'
import { SuggestionCard } from './suggestion-card'
import { useDisputeKeys } from './use-dispute-keys'
import { useDisputeWork } from './use-dispute-work'

// Forms come when they are asked for.
const MoveDialog = lazy(() => import('./move-dialog'))
const ReasonDialog = lazy(() => import('./reason-dialog'))

export function DisputePage() {
  const t = useT('disputes')
  return (
    <RecordPage
      words={{ title: t('view.title'), noId: t('view.noId'), toList: t('view.toList') }}
      list="/disputes/"
    >
      {(id) => <DisputeView key={id} id={id} />}
    </RecordPage>
  )
}

function DisputeView({ id }: { id: string }) {
  const t = useT('disputes')
  const query = useDispute(id)
  const dispute = query.data
  return (
    <Page
      title={dispute ? t('view.number', { name: disputeName(dispute) }) : t('view.title')}
      subtitle={
        dispute && (
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            {dispute.customer ? (
              <Link
                href={`/customers/view/?id=${dispute.customer.id}`}
                className="font-medium text-primary underline-offset-4 hover:underline"
              >
                {dispute.customer.name}
              </Link>
            ) : (
              <span>{dispute.sender ?? NONE}</span>
            )}
            <DisputeStatusMark status={dispute.status} />
            <span>
              <DisputedAmount dispute={dispute} />
            </span>
          </span>
        )
      }
      actions={<RecordSteps name="disputes" id={id} path="/disputes/view/" />}
    >
      <Region query={query} skeleton={<RecordSkeleton />}>
        {(found) => <DisputeBody dispute={found} />}
      </Region>
    </Page>
  )
}

function DisputeBody({ dispute }: { dispute: Dispute }) {
  const t = useT('disputes')
  const canSayReason = useCan('setDisputeCode')
  const canEdit = useCan('updateDispute')
  const canDraft = useCan('draftDisputeReply')
  const [shown, setShown] = useState<string | null>(null)
  const [move, setMove] = useState<Exclude<Move, 'investigate'> | null>(null)
  const work = useDisputeWork(dispute)
  const marked = shown ?? dispute.code ?? dispute.reading?.labels[0]?.code ?? null
  const moves = dispute.moves
  const begin = (next: Move) => {
    if (next === 'investigate') work.investigate()
    else setMove(next)
  }
  const { reason, setReason } = useDisputeKeys({ dispute, moves, begin, canSayReason, work })

  return (
    <div className="grid min-w-0 gap-4 lg:grid-cols-3 lg:grid-rows-[auto_1fr]">
      <div className="flex min-w-0 flex-col gap-4 lg:col-span-2">
        {dispute.invoice === null && (
          <Alert variant="warning">
            <AlertTitle>{t('view.unmatched')}</AlertTitle>
            <AlertDescription>{t('view.unmatchedDetail')}</AlertDescription>
          </Alert>
        )}
        {dispute.code === null && dispute.reading?.problem && (
          <Alert variant="warning">
            <AlertTitle>{t('view.unread')}</AlertTitle>
            <AlertDescription>{dispute.reading.problem}</AlertDescription>
          </Alert>
        )}
        <MessageCard dispute={dispute} code={marked} />
        <ReasonCard
          dispute={dispute}
          shown={marked}
          onShow={setShown}
          onChange={() => setReason({ group: null })}
          onConfirm={work.confirmReason}
          canChange={canSayReason}
          isPending={work.isPending}
        />
        <SuggestionCard
          dispute={dispute}
          onPropose={moves.includes('propose') ? () => setMove('propose') : null}
        />
        <EvidenceCard dispute={dispute} canEdit={canEdit} />
        {canDraft && dispute.invoice !== null && <ReplyCard dispute={dispute} />}
      </div>
      <div className="flex min-w-0 flex-col gap-4 lg:row-span-2">
        <StepsCard dispute={dispute} moves={moves} onMove={begin} isPending={work.isPending} />
        <FactsCard dispute={dispute} canEdit={canEdit && dispute.status !== 'resolved'} />
        <AdjustmentsCard disputeId={dispute.id} />
        <LookAlikesCard dispute={dispute} />
      </div>
      <div className="min-w-0 lg:col-span-2">
        <HistoryCard disputeId={dispute.id} currency={dispute.currency} canComment={canEdit} />
      </div>
      <Suspense>
        {move && <MoveDialog key={move} dispute={dispute} move={move} onClose={() => setMove(null)} />}
        {reason && (
          <ReasonDialog
            group={reason.group}
            code={dispute.code}
            codes={dispute.codes}
            isPending={work.isPending}
            onSay={(code, codes) => work.sayReason(code, codes, () => setReason(null))}
            onClose={() => setReason(null)}
          />
        )}
      </Suspense>
    </div>
  )
}
