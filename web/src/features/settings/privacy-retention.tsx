'use client'

import { useState } from 'react'
import { useForm } from 'react-hook-form'
import { toast } from '@/lib/toast'
import { useConfirm } from '@/components/confirm'
import { Region } from '@/components/region'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Skeleton } from '@/components/ui/skeleton'
import { useDirtyGuard } from '@/lib/dirty-guard'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { applyProblem, asProblem } from '@/lib/problem'
import { useCan } from '@/lib/session'
import { Changed } from './changed'
import { FormProblem } from './form-problem'
import { type Period, type Retention as Document, useRetention, useUpdateRetention } from './retention-api'
import type { Versioned } from './tenant-api'

/** For how many days each kind of data is kept; the ledger itself stays as long as the company. */
export function Retention() {
  const retention = useRetention()
  return (
    <Region query={retention} skeleton={<Skeleton className="h-96" />}>
      {(found) => <RetentionForm found={found} />}
    </Region>
  )
}

type Values = { periods: Record<string, number> }

function RetentionForm({ found }: { found: Versioned<Document> }) {
  const t = useT('settings.privacy.retention')
  const common = useT('common')
  const format = useFormat()
  const confirm = useConfirm()
  const retention = useRetention()
  const update = useUpdateRetention()
  const canChange = useCan('updateRetention')
  const [read, setRead] = useState(found)
  const [theirs, setTheirs] = useState<Versioned<Document> | null>(null)
  const form = useForm<Values>({ defaultValues: valuesOf(found.document), mode: 'onTouched' })
  const { errors, isDirty, isSubmitting } = form.formState
  useDirtyGuard(isDirty, () =>
    confirm({
      title: t('leave.title'),
      detail: t('leave.detail'),
      action: t('leave.action'),
      tone: 'destructive',
    }),
  )
  const startFrom = (fresh: Versioned<Document>) => {
    setRead(fresh)
    setTheirs(null)
    form.reset(valuesOf(fresh.document))
  }
  const save = (etag: string) =>
    form.handleSubmit(async ({ periods }) => {
      const shorter = read.document.periods.filter(({ kind, days }) => (periods[kind] ?? days) < days)
      const question = {
        title: t('shorter.title'),
        detail: t('shorter.detail', { kinds: shorter.map(({ kind }) => kindName(t, kind)).join(', ') }),
        action: t('shorter.action'),
      }
      if (shorter.length > 0 && !(await confirm({ ...question, tone: 'destructive' }))) return
      try {
        startFrom(await update.mutateAsync({ periods: chosen(read.document, periods), etag }))
        toast.success(t('saved'))
      } catch (error) {
        if (asProblem(error).status === 412) {
          const { data } = await retention.refetch()
          if (data) setTheirs(data)
        } else applyProblem(form, error)
      }
    })

  return (
    <form onSubmit={save(read.etag)} noValidate className="flex flex-col gap-4">
      {theirs && (
        <Changed
          differences={theirs.document.periods
            .filter(({ kind, days }) => days !== form.getValues(`periods.${kind}`))
            .map(({ kind, days }) => ({
              label: kindName(t, kind),
              theirs: format.days(days),
              yours: format.days(form.getValues(`periods.${kind}`)),
            }))}
          onTheirs={() => startFrom(theirs)}
          onMine={() => void save(theirs.etag)()}
        />
      )}
      <FormProblem message={errors.root?.message} />
      <div className="grid gap-x-6 gap-y-4 sm:grid-cols-2">
        {read.document.periods.map((period) => (
          <Field
            key={period.kind}
            label={kindName(t, period.kind)}
            help={t('bounds', { least: period.least, most: period.most, default: period.default_days })}
            error={errors.periods?.[period.kind]?.message}
          >
            <Input
              type="number"
              inputMode="numeric"
              min={period.least}
              max={period.most}
              step={1}
              disabled={!canChange}
              {...form.register(`periods.${period.kind}`, {
                valueAsNumber: true,
                validate: (days) =>
                  (Number.isInteger(days) && days >= period.least && days <= period.most) ||
                  t('outside', { least: period.least, most: period.most }),
              })}
            />
          </Field>
        ))}
      </div>
      {canChange && (
        <div>
          <Button type="submit" disabled={!isDirty || isSubmitting}>
            {isSubmitting ? common('actions.saving') : common('actions.save')}
          </Button>
        </div>
      )}
    </form>
  )
}

const valuesOf = ({ periods }: Document): Values => ({
  periods: Object.fromEntries(periods.map(({ kind, days }) => [kind, days])),
})

/** Only what differs from the default, so that a default that changes later holds here, too. */
function chosen({ periods }: Document, days: Record<string, number>): Record<string, number> {
  return Object.fromEntries(
    periods.flatMap(({ kind, default_days }) => {
      const wanted = days[kind] ?? default_days
      return wanted === default_days ? [] : [[kind, wanted]]
    }),
  )
}

const kindName = (t: ReturnType<typeof useT<'settings.privacy.retention'>>, kind: Period['kind']) =>
  t(`kinds.${kind}`)
