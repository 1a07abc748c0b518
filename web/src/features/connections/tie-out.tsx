'use client'

import { Empty } from '@/components/empty'
import { Region } from '@/components/region'
import { Alert, AlertDescription, AlertTitle } from '@/components/ui/alert'
import { Skeleton } from '@/components/ui/skeleton'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '@/components/ui/table'
import { Ago, useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import { cn } from '@/lib/cn'
import { type TieOut, useTieOut } from './api'

type Comparison = TieOut['currencies'][number]

/** The ledger against the provider's own figures: by currency, and each customer that differs with its likely cause. */
export function TieOutReport({ connectionId, provider }: { connectionId: string; provider: string }) {
  const t = useT('connections')
  const query = useTieOut(connectionId)
  return (
    <Region
      query={query}
      skeleton={<Skeleton className="h-64" />}
      isEmpty={({ run_id }) => run_id === null}
      empty={<Empty title={t('tieOut.none')} detail={t('tieOut.noneDetail')} />}
    >
      {(tieOut) => (
        <div className="flex flex-col gap-4">
          <Verdict tieOut={tieOut} provider={provider} />
          <Sums tieOut={tieOut} provider={provider} />
          {tieOut.customers.length > 0 && <Customers tieOut={tieOut} provider={provider} />}
        </div>
      )}
    </Region>
  )
}

function Verdict({ tieOut, provider }: { tieOut: TieOut; provider: string }) {
  const t = useT('connections')
  const { day } = useFormat()
  const freshness = t.rich('tieOut.asOf', {
    day: day(tieOut.as_of),
    ago: () => (tieOut.started_at ? <Ago at={tieOut.started_at} /> : null),
  })
  return tieOut.is_equal ? (
    <Alert>
      <AlertTitle className="text-positive">{t('tieOut.isEqual', { provider })}</AlertTitle>
      <AlertDescription>{freshness}</AlertDescription>
    </Alert>
  ) : (
    <Alert variant="warning">
      <AlertTitle>{t('tieOut.isNot', { provider, count: tieOut.differing_customers })}</AlertTitle>
      <AlertDescription>
        {freshness} {t('tieOut.isNotDetail')}
      </AlertDescription>
    </Alert>
  )
}

function Sums({ tieOut, provider }: { tieOut: TieOut; provider: string }) {
  const t = useT('connections')
  return (
    <div className="overflow-hidden rounded-lg border bg-card">
      <Table label={t('tieOut.sums')}>
        <caption className="sr-only">{t('tieOut.sums')}</caption>
        <TableHeader>
          <TableRow>
            <TableHead>{t('tieOut.currency')}</TableHead>
            <TableHead className="text-right">{provider}</TableHead>
            <TableHead className="text-right">{t('tieOut.ledger')}</TableHead>
            <TableHead className="text-right">{t('tieOut.difference')}</TableHead>
          </TableRow>
        </TableHeader>
        <TableBody>
          {tieOut.currencies.map((each) => (
            <SumRow key={each.currency} comparison={each} label={each.currency} />
          ))}
          {tieOut.home && (
            <SumRow comparison={tieOut.home} label={t('tieOut.home', { currency: tieOut.home.currency })} />
          )}
        </TableBody>
      </Table>
    </div>
  )
}

function SumRow({ comparison, label }: { comparison: Comparison; label: string }) {
  return (
    <TableRow>
      <TableHead scope="row" className="text-sm text-foreground">
        {label}
      </TableHead>
      <Amounts comparison={comparison} />
    </TableRow>
  )
}

function Amounts({ comparison }: { comparison: Comparison }) {
  const { money } = useFormat()
  const { currency, provider, ledger, difference } = comparison
  return (
    <>
      <TableCell className="text-right whitespace-nowrap">{money(provider, currency)}</TableCell>
      <TableCell className="text-right whitespace-nowrap">{money(ledger, currency)}</TableCell>
      <TableCell
        className={cn(
          'text-right whitespace-nowrap',
          Number(difference) ? 'font-medium text-negative' : 'text-muted-foreground',
        )}
      >
        {money(difference, currency)}
      </TableCell>
    </>
  )
}

function Customers({ tieOut, provider }: { tieOut: TieOut; provider: string }) {
  const t = useT('connections')
  const shown = tieOut.customers.length
  return (
    <section className="flex flex-col gap-2">
      <h3 className="font-semibold">{t('tieOut.customers', { count: tieOut.differing_customers })}</h3>
      {shown < tieOut.differing_customers && (
        <p className="text-muted-foreground">{t('tieOut.largest', { count: shown })}</p>
      )}
      <div className="overflow-hidden rounded-lg border bg-card">
        <Table label={t('tieOut.customers', { count: tieOut.differing_customers })}>
          <TableHeader>
            <TableRow>
              <TableHead>{t('tieOut.customer')}</TableHead>
              <TableHead className="text-right">{provider}</TableHead>
              <TableHead className="text-right">{t('tieOut.ledger')}</TableHead>
              <TableHead className="text-right">{t('tieOut.difference')}</TableHead>
              <TableHead className="min-w-64">{t('tieOut.cause')}</TableHead>
            </TableRow>
          </TableHeader>
          <TableBody>
            {tieOut.customers.map((each) => (
              <TableRow key={`${each.customer_id} ${each.currency} ${each.is_home}`}>
                <TableHead scope="row" className="text-sm text-foreground">
                  {each.name === null ? (
                    (each.external_id ?? t('tieOut.unknown'))
                  ) : (
                    <Link
                      href={`/customers/view/?id=${each.customer_id}`}
                      className="underline-offset-4 hover:underline"
                    >
                      {each.name}
                    </Link>
                  )}
                </TableHead>
                <Amounts comparison={each} />
                <TableCell className="text-muted-foreground">{each.cause}</TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      </div>
    </section>
  )
}
