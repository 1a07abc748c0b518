'use client'

import { disputeName, ReasonMark } from '@/components/disputes/marks'
import { Region } from '@/components/region'
import { Button } from '@/components/ui/button'
import {
  Sheet,
  SheetContent,
  SheetDescription,
  SheetFooter,
  SheetHeader,
  SheetTitle,
} from '@/components/ui/sheet'
import { Skeleton } from '@/components/ui/skeleton'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import { type Dispute, useDispute } from './api'
import { FactsCard } from './facts-card'
import { MessageCard } from './message-card'
import { SuggestionCard } from './suggestion-card'

/** A look into a dispute beside the queue. */
export function DisputePeek({ id, onClose }: { id: string | null; onClose: () => void }) {
  return (
    <Sheet open={id !== null} onOpenChange={(open) => !open && onClose()}>
      {id !== null && <Peeked id={id} />}
    </Sheet>
  )
}

function Peeked({ id }: { id: string }) {
  const t = useT('disputes')
  const query = useDispute(id)
  const dispute = query.data
  return (
    <SheetContent>
      <SheetHeader>
        <SheetTitle>
          {dispute ? t('view.number', { name: disputeName(dispute) }) : t('view.title')}
        </SheetTitle>
        <SheetDescription>{dispute?.customer?.name ?? t('peek.detail')}</SheetDescription>
      </SheetHeader>
      <Region query={query} skeleton={<Skeleton className="h-72 w-full" />}>
        {(found) => <PeekBody dispute={found} />}
      </Region>
      <SheetFooter>
        <Button asChild>
          <Link href={`/disputes/view/?id=${id}`}>{t('peek.open')}</Link>
        </Button>
      </SheetFooter>
    </SheetContent>
  )
}

function PeekBody({ dispute }: { dispute: Dispute }) {
  return (
    <div className="flex flex-col gap-4">
      <ReasonMark dispute={dispute} />
      <MessageCard dispute={dispute} code={dispute.code} />
      <SuggestionCard dispute={dispute} onPropose={null} />
      <FactsCard dispute={dispute} canEdit={false} />
    </div>
  )
}
