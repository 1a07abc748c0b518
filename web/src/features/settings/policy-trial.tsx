'use client'

import { useDisputeWords } from '@/components/disputes/words'
import { disputeName } from '@/components/disputes/marks'
import {
  Table,
  TableBody,
  TableCaption,
  TableCell,
  TableHead,
  TableHeader,
  TableRow,
} from '@/components/ui/table'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import type { Decision, Trial } from './policy-api'

/** What a policy would suggest for the company's own disputes, beside the one in force, where they differ. */
export function PolicyTrial({ trial, days }: { trial: Trial; days: number }) {
  const t = useT('settings.policy')
  const words = useDisputeWords()
  const differing = trial.items.filter(({ differs }) => differs)
  return (
    <div className="flex flex-col gap-2">
      <p>
        {t('tried', { count: trial.count, differing: trial.differing, days })}
        {trial.is_cut && ` ${t('cut')}`}
      </p>
      {differing.length > 0 && (
        <div className="overflow-hidden rounded-md border">
          <Table label={t('differences')}>
            <TableCaption className="sr-only">{t('differences')}</TableCaption>
            <TableHeader>
              <TableRow>
                <TableHead>{t('dispute')}</TableHead>
                <TableHead>{t('reason')}</TableHead>
                <TableHead>{t('today')}</TableHead>
                <TableHead>{t('then')}</TableHead>
              </TableRow>
            </TableHeader>
            <TableBody>
              {differing.map((each) => (
                <TableRow key={each.id} className="align-top">
                  <TableCell>
                    <Link
                      href={`/disputes/view/?id=${each.id}`}
                      className="text-primary underline-offset-4 hover:underline"
                    >
                      {disputeName(each)}
                    </Link>
                  </TableCell>
                  <TableCell>{each.code ? words.code(each.code) : ''}</TableCell>
                  <TableCell>
                    <Decided decision={each.today} />
                  </TableCell>
                  <TableCell>
                    <Decided decision={each.tried} />
                  </TableCell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
        </div>
      )}
    </div>
  )
}

function Decided({ decision }: { decision: Decision }) {
  const t = useT('disputes')
  const words = useDisputeWords()
  const format = useFormat()
  const { action, amount, currency, rule, approve } = decision
  return (
    <>
      <span className="whitespace-nowrap">
        {words.action(action)}
        {amount && currency && <span className="ml-2">{format.money(amount, currency)}</span>}
      </span>
      <span className="block text-xs text-muted-foreground">
        <span className="font-mono">{rule}</span> · {t(`approve.${approve}`)}
      </span>
    </>
  )
}
