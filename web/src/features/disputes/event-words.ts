'use client'

import { useDisputeWords } from '@/components/disputes/words'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import type { DisputeEvent } from './api'

/** Says an event of a dispute's history in a sentence. */
export function useEventWords(currency: string | null): (event: DisputeEvent) => string {
  const t = useT('disputes')
  const words = useDisputeWords()
  const format = useFormat()
  return (event) => {
    const before = textsOf(event.before)
    const after = textsOf(event.after)
    const money = (amount: string | undefined) =>
      amount ? (currency ? format.money(amount, currency) : amount) : t('amount.all')
    const adjustment = () =>
      after.amount && after.currency
        ? t('event.noted', {
            kind: words.adjustment(after.kind ?? ''),
            amount: format.money(after.amount, after.currency),
          })
        : t('event.adjustment', { status: words.adjustmentStatus(after.status ?? '') })
    switch (event.kind) {
      case 'opened':
        return t('event.opened', { source: words.source(after.source ?? '') })
      case 'classified':
        return after.code
          ? t('event.classified', {
              reason: words.code(after.code),
              probability: format.probability(after.p_code),
            })
          : t('event.unread')
      case 'corrected':
        return before.code === after.code
          ? t('event.confirmed', { reason: words.code(after.code ?? '') })
          : before.code
            ? t('event.corrected', { from: words.code(before.code), to: words.code(after.code ?? '') })
            : t('event.chosen', { reason: words.code(after.code ?? '') })
      case 'due':
        return t('event.due', { from: format.day(before.due_on), to: format.day(after.due_on) })
      case 'changed':
        return 'amount' in (event.after ?? {})
          ? t('event.amount', { from: money(before.amount), to: money(after.amount) })
          : t('event.product', { to: after.product ?? '–' })
      case 'moved':
        return after.outcome
          ? t('event.ended', { outcome: words.outcome(after.outcome) })
          : after.proposed_action
            ? t('event.proposed', {
                action: words.action(after.proposed_action),
                amount: after.proposed_amount ? money(after.proposed_amount) : 'none',
              })
            : t('event.moved', {
                from: words.status(before.status ?? ''),
                to: words.status(after.status ?? ''),
              })
      case 'adjusted':
      case 'written_back':
        return adjustment()
      case 'matched':
        return after.adjustment_id ? adjustment() : t('event.matched')
      case 'suggested':
        return after.action
          ? t('event.suggested', { action: words.action(after.action) })
          : t('event.suggestedNone')
      case 'evidence': {
        const [[kind, status] = ['', '']] = Object.entries(
          (event.after?.evidence ?? {}) as Record<string, string>,
        )
        return t('event.evidence', {
          kind: words.evidence(kind),
          status: isEvidenceStatus(status) ? t(`evidenceStatus.${status}`) : status,
        })
      }
      default:
        return t(`event.${event.kind}`)
    }
  }
}

const isEvidenceStatus = (status: string) =>
  status === 'have' || status === 'missing' || status === 'not_needed'

/** What an event holds, as texts by name. */
function textsOf(values: Record<string, unknown> | null): Partial<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(values ?? {}).flatMap(([name, value]) =>
      typeof value === 'string' || typeof value === 'number' ? [[name, String(value)]] : [],
    ),
  )
}
