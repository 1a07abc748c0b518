'use client'

import { ExternalLink } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { Button } from '@/components/ui/button'
import { Card, CardAction, CardContent, CardHeader, CardTitle } from '@/components/ui/card'
import { Status, type Tone } from '@/components/status'
import { useDisputeWords } from '@/components/disputes/words'
import { useT } from '@/lib/i18n'
import type { Dispute, Evidence } from './api'
import { checklistOf } from './checklist'

const EvidenceDialog = lazy(() => import('./evidence-dialog'))

const TONES: Record<Evidence['status'], Tone> = {
  have: 'positive',
  missing: 'warning',
  not_needed: 'neutral',
}

/** What has to be at hand to judge the dispute: what is there, what is missing, and where it is kept. */
export function EvidenceCard({ dispute, canEdit }: { dispute: Dispute; canEdit: boolean }) {
  const t = useT('disputes')
  const words = useDisputeWords()
  const [edited, setEdited] = useState<Partial<Evidence> | null>(null)
  const items = checklistOf(dispute)
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t('evidenceCard.title')}</CardTitle>
        {canEdit && (
          <CardAction>
            <Button variant="outline" size="sm" onClick={() => setEdited({})}>
              {t('evidenceCard.add')}
            </Button>
          </CardAction>
        )}
      </CardHeader>
      <CardContent>
        {items.length === 0 ? (
          <p className="text-muted-foreground">{t('evidenceCard.none')}</p>
        ) : (
          <ul className="divide-y">
            {items.map((each) => (
              <li
                key={each.kind}
                className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1 py-2 first:pt-0 last:pb-0 sm:grid-cols-[minmax(0,1fr)_8rem_auto]"
              >
                <span className="min-w-0">
                  {words.evidence(each.kind)}
                  {each.url && (
                    <a
                      href={each.url}
                      target="_blank"
                      rel="noreferrer noopener"
                      className="ml-2 inline-flex items-center gap-1 text-primary underline-offset-4 hover:underline"
                    >
                      {t('evidenceCard.link')}
                      <ExternalLink aria-hidden className="size-3.5" strokeWidth={1.75} />
                      <span className="sr-only">{t('message.newWindow')}</span>
                    </a>
                  )}
                  {each.note && <span className="block text-xs text-muted-foreground">{each.note}</span>}
                </span>
                <Status tone={TONES[each.status]} className="max-sm:order-last">
                  {t(`evidenceStatus.${each.status}`)}
                </Status>
                {canEdit && (
                  <Button
                    variant="ghost"
                    size="sm"
                    aria-label={t('evidenceCard.editKind', { kind: words.evidence(each.kind) })}
                    onClick={() => setEdited(each)}
                  >
                    {t('evidenceCard.edit')}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
      </CardContent>
      <Suspense>
        {edited && (
          <EvidenceDialog disputeId={dispute.id} evidence={edited} onClose={() => setEdited(null)} />
        )}
      </Suspense>
    </Card>
  )
}
