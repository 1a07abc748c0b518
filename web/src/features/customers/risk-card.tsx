'use client'

import { Facts } from '@/components/definition-list'
import { ReasonBars } from '@/components/ledger/reason-bars'
import { RiskMark } from '@/components/ledger/marks'
import { useLedgerWords } from '@/components/ledger/words'
import { Provenance } from '@/components/provenance'
import { Region } from '@/components/region'
import { Status } from '@/components/status'
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from '@/components/ui/card'
import { Skeleton } from '@/components/ui/skeleton'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { asProblem } from '@/lib/problem'
import { type CustomerRisk, useCustomerRisk } from './api'

/** How likely the customer goes late, what it may cost, what to do, and why. */
export function RiskCard({ customerId }: { customerId: string }) {
  const t = useT('customers')
  const query = useCustomerRisk(customerId)
  const isMissing = query.error !== null && asProblem(query.error).status === 404
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t('risk.title')}</CardTitle>
        {query.data && (
          <CardDescription>
            <Provenance
              asOf={query.data.as_of}
              model={query.data.model.backend ?? null}
              number={query.data.model.number ?? null}
            />
          </CardDescription>
        )}
      </CardHeader>
      <CardContent>
        {isMissing ? (
          <p className="text-muted-foreground">{t('risk.none')}</p>
        ) : (
          <Region query={query} skeleton={<Skeleton className="h-40 w-full" />}>
            {(risk) => <Assessed risk={risk} />}
          </Region>
        )}
      </CardContent>
    </Card>
  )
}

function Assessed({ risk }: { risk: CustomerRisk }) {
  const t = useT('customers')
  const words = useLedgerWords()
  const format = useFormat()
  return (
    <div className="flex flex-col gap-4">
      <div className="grid items-start gap-x-8 gap-y-4 sm:grid-cols-2">
        <Facts
          items={[
            { label: t('risk.level'), value: <RiskMark level={risk.level} probability={risk.p_late30} /> },
            ...(risk.risk_override
              ? [
                  {
                    label: t('risk.override'),
                    value: (
                      <Status tone="neutral">
                        {t('risk.overridden', { level: words.risk(risk.model_level) })}
                      </Status>
                    ),
                  },
                ]
              : []),
            {
              label: t('risk.later'),
              value: (
                <span className="text-primary">
                  {format.probability(risk.p_late60)} · {format.probability(risk.p_late90)}
                </span>
              ),
            },
            {
              label: t('columns.loss'),
              value: (
                <span className="text-primary">
                  {format.money(twoPlaces(risk.expected_loss), risk.home_currency)}
                </span>
              ),
            },
          ]}
        />
        <Facts
          items={[
            { label: t('risk.segment'), value: t(`risk.segments.${risk.segment}`) },
            {
              label: t('risk.step'),
              value: <span className="font-medium">{t(`risk.steps.${risk.next_step}`)}</span>,
            },
            { label: t('risk.why'), value: risk.why },
          ]}
        />
      </div>
      {risk.reasons && risk.reasons.length > 0 && (
        <section aria-labelledby="risk-reasons" className="flex flex-col gap-3 border-t pt-4">
          <h3 id="risk-reasons" className="font-medium">
            {t('risk.reasons')}
          </h3>
          <ReasonBars
            label={t('risk.reasons')}
            reasons={risk.reasons.slice(0, 8).map(({ sentence, contribution }) => ({
              sentence,
              weight: contribution,
              text: t(contribution > 0 ? 'risk.raises' : 'risk.lowers'),
            }))}
          />
        </section>
      )}
      {risk.history.length > 1 && (
        <p className="text-xs text-muted-foreground">
          {t('risk.since', {
            day: format.day(risk.history[0]?.as_of),
            level: words.risk(risk.history[1]!.level),
          })}
        </p>
      )}
    </div>
  )
}

/** A sum of expectations is not known to more than its currency's smallest unit. */
const twoPlaces = (amount: string) => amount.replace(/(\.\d\d)\d*$/, '$1')
