'use client'

import { Alert, AlertDescription, AlertTitle } from '@/components/ui/alert'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { Card, CardAction, CardContent, CardHeader, CardTitle } from '@/components/ui/card'
import { Facts } from '@/components/definition-list'
import { useDisputeWords } from '@/components/disputes/words'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import type { Dispute, Suggestion } from './api'

/** What the policy would do, by which rule and within which limits, and what the ledger says of it. */
export function SuggestionCard({ dispute, onPropose }: { dispute: Dispute; onPropose: (() => void) | null }) {
  const t = useT('disputes')
  const { suggestion } = dispute
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t('suggestion.title')}</CardTitle>
        {suggestion && onPropose && (
          <CardAction>
            <Button variant="outline" size="sm" onClick={onPropose}>
              {t('suggestion.propose')}
            </Button>
          </CardAction>
        )}
      </CardHeader>
      <CardContent>
        {suggestion ? (
          <Suggested suggestion={suggestion} />
        ) : (
          <p className="text-muted-foreground">{t('suggestion.none')}</p>
        )}
      </CardContent>
    </Card>
  )
}

function Suggested({ suggestion }: { suggestion: Suggestion }) {
  const t = useT('disputes')
  const words = useDisputeWords()
  const format = useFormat()
  const { amount, currency, evidence_missing: missing, facts, look_alikes: alike } = suggestion
  return (
    <div className="flex flex-col gap-3">
      {suggestion.warning && (
        <Alert variant="warning">
          <AlertTitle>{t('suggestion.warning')}</AlertTitle>
          <AlertDescription>{suggestion.warning}</AlertDescription>
        </Alert>
      )}
      <div>
        <p className="flex flex-wrap items-baseline gap-x-3 text-base font-semibold">
          {words.action(suggestion.action)}
          {amount && currency && <span>{format.money(amount, currency)}</span>}
        </p>
        <p className="mt-1">{suggestion.sentence}</p>
      </div>
      <Facts
        items={[
          {
            label: t('suggestion.rule'),
            value: (
              <>
                <span className="font-mono text-xs">{suggestion.rule}</span>{' '}
                <Link
                  href="/settings/dispute-policy/"
                  className="text-primary underline-offset-4 hover:underline"
                >
                  {suggestion.policy_number
                    ? t('suggestion.policy', { number: suggestion.policy_number })
                    : t('suggestion.shipped')}
                </Link>
              </>
            ),
          },
          { label: t('suggestion.approval'), value: t(`approve.${suggestion.approve}`) },
          ...(missing.length > 0
            ? [
                {
                  label: t('suggestion.missing'),
                  value: (
                    <span className="flex flex-wrap gap-1">
                      {missing.map((kind) => (
                        <Badge key={kind} variant="outline">
                          {words.evidence(kind)}
                        </Badge>
                      ))}
                    </span>
                  ),
                },
              ]
            : []),
        ]}
      />
      {facts.length > 0 && (
        <ul
          className="flex list-disc flex-col gap-1 border-t pt-3 pl-4 marker:text-actual"
          aria-label={t('suggestion.facts')}
        >
          {facts.map((fact) => (
            <li key={fact.sentence}>
              {fact.sentence}
              {fact.link?.startsWith('/') && (
                <Link
                  href={fact.link}
                  className="ml-2 text-primary underline underline-offset-4"
                  aria-label={t('suggestion.showFact', { fact: fact.sentence })}
                >
                  {t('suggestion.show')}
                </Link>
              )}
            </li>
          ))}
        </ul>
      )}
      {alike && alike.count > 0 && (
        <p className="border-t pt-3 text-muted-foreground">
          {t('suggestion.alike', { count: alike.count })}{' '}
          {Object.entries(alike.outcomes)
            .sort(([, a], [, b]) => b - a)
            .map(([outcome, count]) => `${words.outcome(outcome)} ${format.number(count)}`)
            .join(' · ')}
        </p>
      )}
    </div>
  )
}
