'use client'

import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { Card, CardAction, CardContent, CardHeader, CardTitle } from '@/components/ui/card'
import { Status } from '@/components/status'
import { useDisputeWords } from '@/components/disputes/words'
import { cn } from '@/lib/cn'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import type { Dispute } from './api'

/** So many of the reasons that were weighed are listed. */
const LISTED = 4

interface Props {
  dispute: Dispute
  /** The reason whose words are marked in the text. */
  shown: string | null
  onShow: (code: string) => void
  onChange: () => void
  onConfirm: () => void
  canChange: boolean
  isPending: boolean
}

/** Why the customer does not pay: who says so, how surely, what else was weighed, and the way to say it better. */
export function ReasonCard(props: Props) {
  const { dispute, shown, onShow, onChange, onConfirm, canChange, isPending } = props
  const t = useT('disputes')
  const words = useDisputeWords()
  const format = useFormat()
  const { code, code_by: by, reading } = dispute
  const labels = reading?.labels.slice(0, LISTED) ?? []
  const isRead = by === 'classifier' && reading !== null
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t('reason.title')}</CardTitle>
        {canChange && (
          <CardAction>
            {code !== null && by === 'classifier' && (
              <Button variant="outline" size="sm" disabled={isPending} onClick={onConfirm}>
                {t('reason.confirm')}
              </Button>
            )}
            <Button variant="outline" size="sm" onClick={onChange}>
              {t(code === null ? 'reason.choose' : 'reason.change')}
            </Button>
          </CardAction>
        )}
      </CardHeader>
      <CardContent className="flex flex-col gap-3">
        <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
          <span className={cn('text-base', code ? 'font-semibold' : 'text-muted-foreground')}>
            {code ? words.code(code) : t(reading === null ? 'reason.reading' : 'reason.none')}
          </span>
          {isRead && code && <span className="text-primary">{format.probability(dispute.p_code)}</span>}
          {by === 'person' && <Status tone="positive">{t('reason.saidByPerson')}</Status>}
          {isRead && dispute.is_sure === false && <Status tone="warning">{t('reason.notSure')}</Status>}
          {dispute.codes.map((each) => (
            <Badge key={each} variant="outline">
              {t('reason.also', { reason: words.code(each) })}
            </Badge>
          ))}
        </div>
        {by === 'classifier' && dispute.is_sure === false && (
          <p className="text-muted-foreground">{t('reason.notSureDetail')}</p>
        )}
        {labels.length > 0 && (
          <>
            <ul className="flex flex-col gap-1" aria-label={t('reason.weighed')}>
              {labels.map((label) => (
                <li key={label.code}>
                  <button
                    type="button"
                    aria-pressed={label.code === shown}
                    onClick={() => onShow(label.code)}
                    className={cn(
                      'grid w-full grid-cols-[minmax(0,1fr)_6rem_3rem] items-center gap-3 rounded-md px-2 py-1.5 text-left hover:bg-accent',
                      label.code === shown && 'bg-accent',
                    )}
                  >
                    <span className="min-w-0 truncate">{words.code(label.code)}</span>
                    <span aria-hidden className="h-2 overflow-hidden rounded-sm bg-muted">
                      <span
                        className="block h-full rounded-sm bg-primary"
                        style={{ width: `${100 * label.p_reason}%` }}
                      />
                    </span>
                    <span className="text-right text-primary">{format.probability(label.p_reason)}</span>
                  </button>
                </li>
              ))}
            </ul>
            <p className="text-xs text-muted-foreground">
              {t('reason.provenance', {
                backend: reading?.backend ?? '',
                version: reading?.version ?? '',
                number: reading?.number ?? 'none',
              })}
            </p>
          </>
        )}
      </CardContent>
    </Card>
  )
}
