'use client'

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
import { AgingCard } from './aging-card'
import { useCustomer } from './api'
import { ProfileCard } from './profile-card'
import { RiskCard } from './risk-card'

/** A look into a customer beside the list. */
export function CustomerPeek({ id, onClose }: { id: string | null; onClose: () => void }) {
  return (
    <Sheet open={id !== null} onOpenChange={(open) => !open && onClose()}>
      {id !== null && <Peeked id={id} />}
    </Sheet>
  )
}

function Peeked({ id }: { id: string }) {
  const t = useT('customers')
  const query = useCustomer(id)
  return (
    <SheetContent>
      <SheetHeader>
        <SheetTitle>{query.data?.name ?? t('view.title')}</SheetTitle>
        <SheetDescription>{query.data?.email ?? t('peek.detail')}</SheetDescription>
      </SheetHeader>
      <Region query={query} skeleton={<Skeleton className="h-72 w-full" />}>
        {(customer) => (
          <div className="flex flex-col gap-4">
            <AgingCard customer={customer} />
            <RiskCard customerId={customer.id} />
            <ProfileCard customer={customer} />
          </div>
        )}
      </Region>
      <SheetFooter>
        <Button asChild>
          <Link href={`/customers/view/?id=${id}`}>{t('peek.open')}</Link>
        </Button>
      </SheetFooter>
    </SheetContent>
  )
}
