'use client'

import { zodResolver } from '@hookform/resolvers/zod'
import { Plus } from 'lucide-react'
import { useFieldArray, useForm } from 'react-hook-form'
import type { z } from 'zod'
import { ChartFrame } from '@/components/charts/chart-frame'
import { DifferenceBars } from '@/components/charts/difference-bars'
import { Empty } from '@/components/empty'
import { ProblemAlert } from '@/components/problem-alert'
import { Status } from '@/components/status'
import { Button } from '@/components/ui/button'
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import type { Change, Compared, ComparedPeriod, useScenario } from './api'
import { ChangeFields } from './change-fields'
import { type ChangeDraft, draftOf, KINDS, MOST_CHANGES, scenarioSchema } from './changes'
import type { View } from './view'
import { hasEffect, totalDifference } from './what-if'

interface ScenarioProps {
  currency: string
  currencies: string[]
  asOf: string
  view: View
  changes: Change[]
  onChange: (changes: Change[]) => void
  result: Pick<ReturnType<typeof useScenario>, 'error' | 'isFetching' | 'refetch'>
  compared: Compared | undefined
  periods: ComparedPeriod[]
}

/** What is supposed to be otherwise, and by how much that changes each period. Nothing of it is stored. */
export function Scenario(props: ScenarioProps) {
  const { currency, currencies, asOf, changes, onChange, result, compared } = props
  const t = useT('forecast')
  const form = useForm<{ changes: ChangeDraft[] }, unknown, z.output<typeof scenarioSchema>>({
    resolver: zodResolver(scenarioSchema),
    defaultValues: { changes: [] },
    // On blur, a message that goes away would move the button from under the pointer that presses it.
    mode: 'onSubmit',
  })
  const rows = useFieldArray({ control: form.control, name: 'changes' })
  const clear = () => {
    form.reset({ changes: [] })
    onChange([])
  }
  const remove = (at: number) => {
    rows.remove(at)
    if (rows.fields.length === 1) onChange([])
  }
  return (
    <section aria-labelledby="what-if" className="flex min-w-0 flex-col gap-3 rounded-lg border bg-card p-4">
      <div className="flex min-h-8 flex-wrap items-center gap-x-3 gap-y-2">
        <h2 id="what-if" className="text-sm font-semibold">
          {t('scenario.title')}
        </h2>
        <Status tone="neutral" className="text-xs text-muted-foreground">
          {t('scenario.notStored')}
        </Status>
        <DropdownMenu>
          <DropdownMenuTrigger asChild>
            <Button
              variant="outline"
              size="sm"
              className="ml-auto"
              disabled={rows.fields.length >= MOST_CHANGES}
            >
              <Plus aria-hidden className="size-3.5" />
              {t('scenario.add')}
            </Button>
          </DropdownMenuTrigger>
          <DropdownMenuContent align="end">
            {KINDS.map((kind) => (
              <DropdownMenuItem
                key={kind}
                onSelect={() => rows.append(draftOf(kind, asOf, currency), { shouldFocus: false })}
              >
                {t(`kind.${kind}`)}
              </DropdownMenuItem>
            ))}
          </DropdownMenuContent>
        </DropdownMenu>
      </div>
      {rows.fields.length === 0 ? (
        <p className="text-sm text-muted-foreground">{t('scenario.none')}</p>
      ) : (
        <form
          noValidate
          aria-labelledby="what-if"
          onSubmit={form.handleSubmit((checked) => {
            // What is added next is not wrong before anybody has filled it in.
            form.reset(form.getValues())
            onChange(checked.changes)
          })}
          className="flex flex-col gap-3"
        >
          <ol className="flex flex-col gap-3">
            {rows.fields.map((row, at) => (
              <li key={row.id} className="rounded-md border p-3">
                <ChangeFields
                  form={form}
                  at={at}
                  kind={row.kind}
                  currencies={currencies}
                  onRemove={() => remove(at)}
                />
              </li>
            ))}
          </ol>
          <div className="flex flex-wrap gap-2">
            <Button type="submit" disabled={result.isFetching}>
              {t('scenario.compare')}
            </Button>
            <Button variant="ghost" onClick={clear}>
              {t('scenario.clear')}
            </Button>
          </div>
        </form>
      )}
      {changes.length > 0 && result.error ? (
        <ProblemAlert error={result.error} onRetry={() => void result.refetch()} />
      ) : (
        compared && <Effect {...props} compared={compared} />
      )}
    </section>
  )
}

function Effect({ compared, currency, periods, view, result }: ScenarioProps & { compared: Compared }) {
  const t = useT('forecast')
  const format = useFormat()
  const total = format.money(totalDifference(periods).toFixed(2), currency)
  const summary = t('scenario.total', { amount: total, weeks: view.weeks })
  return (
    <div aria-busy={result.isFetching} className={result.isFetching ? 'opacity-60' : undefined}>
      <p role="status" className="sr-only">
        {summary}
      </p>
      <h3 className="text-xs font-semibold">{t('scenario.assumes')}</h3>
      <ul className="mb-3 list-disc pl-5 text-sm text-muted-foreground">
        {compared.assumes.map((sentence, at) => (
          <li key={at}>{sentence}</li>
        ))}
      </ul>
      {hasEffect(periods) ? (
        <ChartFrame
          title={t('scenario.difference')}
          unit={currency}
          summary={summary}
          fileName={`what-if-${currency}`}
          tableColumns={[
            {
              label: t(`byPeriod.${view.by}`),
              text: (row) =>
                view.by === 'day' ? format.day(row.starts_on) : format.range(row.starts_on, row.ends_on),
              value: (row) => row.starts_on,
            },
            ...(['base', 'scenario', 'difference'] as const).map((side) => ({
              label: t(`scenario.column.${side}`),
              numeric: true,
              text: (row: ComparedPeriod) => format.amount(row[side].expected, currency),
              value: (row: ComparedPeriod) => row[side].expected,
            })),
            ...(['p10', 'p90'] as const).map((end) => ({
              label: t(`scenario.column.${end}`),
              numeric: true,
              text: (row: ComparedPeriod) => format.amount(row.difference[end], currency),
              value: (row: ComparedPeriod) => row.difference[end],
            })),
          ]}
          tableRows={periods}
        >
          <DifferenceBars
            currency={currency}
            by={view.by}
            label={summary}
            differences={periods.map((period) => ({
              startsOn: period.starts_on,
              endsOn: period.ends_on,
              expected: Number(period.difference.expected),
              p10: Number(period.difference.p10),
              p90: Number(period.difference.p90),
            }))}
          />
        </ChartFrame>
      ) : (
        <Empty title={t('scenario.noEffect', { currency })} className="py-6" />
      )}
    </div>
  )
}
