'use client'

import { Dialog, DialogContent, DialogDescription, DialogHeader, DialogTitle } from '@/components/ui/dialog'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import type { Failure } from './bulk'

/** Those of many that a step was refused of, each with why. */
export default function BulkFailures({ failures, onClose }: { failures: Failure[]; onClose: () => void }) {
  const t = useT('reminders')
  return (
    <Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>{t('bulk.failures', { count: failures.length })}</DialogTitle>
          <DialogDescription>{t('bulk.failuresDetail')}</DialogDescription>
        </DialogHeader>
        <ul className="max-h-[60dvh] divide-y overflow-y-auto">
          {failures.map(({ id, detail }) => (
            <li key={id} className="flex flex-wrap items-baseline justify-between gap-x-4 py-2">
              <span className="wrap-anywhere">{detail}</span>
              <Link
                href={`/reminders/view/?id=${id}`}
                className="text-primary underline-offset-4 hover:underline"
                aria-label={`${t('bulk.open')}: ${detail}`}
              >
                {t('bulk.open')}
              </Link>
            </li>
          ))}
        </ul>
      </DialogContent>
    </Dialog>
  )
}
