'use client'

import { useState } from 'react'
import { Controller, useForm } from 'react-hook-form'
import { toast } from '@/lib/toast'
import { useConfirm } from '@/components/confirm'
import { Facts } from '@/components/definition-list'
import { Page } from '@/components/page'
import { Region } from '@/components/region'
import { Button } from '@/components/ui/button'
import { Combobox } from '@/components/ui/combobox'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Skeleton } from '@/components/ui/skeleton'
import { useDirtyGuard } from '@/lib/dirty-guard'
import { useFormat } from '@/lib/format'
import { someText } from '@/lib/form-rules'
import { useLocale, useT } from '@/lib/i18n'
import { applyProblem, asProblem } from '@/lib/problem'
import { useCan } from '@/lib/session'
import { Changed, type Difference } from './changed'
import { currencies, timeZones } from './choices'
import { FormProblem } from './form-problem'
import { Section, Sections } from './section'
import { type Tenant, useTenant, useUpdateTenant, type Versioned } from './tenant-api'

/** What the company is called, when its days begin, and in which currency its figures are kept. */
export function General() {
  const t = useT('settings.general')
  const tenant = useTenant()
  const canChange = useCan('updateTenant')
  return (
    <Page title={t('title')} subtitle={t('subtitle')}>
      <Sections>
        <Region query={tenant} className="flex flex-col gap-4" skeleton={<Skeleton className="h-80" />}>
          {(found) => (
            <>
              <Section title={t('company')}>
                {canChange ? <TenantForm found={found} /> : <TenantFacts tenant={found.document} />}
              </Section>
              <Section title={t('identity')}>
                <Identity tenant={found.document} />
              </Section>
            </>
          )}
        </Region>
      </Sections>
    </Page>
  )
}

function TenantFacts({ tenant }: { tenant: Tenant }) {
  const t = useT('settings.general')
  const format = useFormat()
  return (
    <Facts
      items={[
        { label: t('name'), value: tenant.name },
        { label: t('timeZone'), value: tenant.time_zone },
        { label: t('currency'), value: tenant.home_currency },
        {
          label: t('loss'),
          value: tenant.loss_given_default ? format.percent(tenant.loss_given_default) : t('lossMeasured'),
        },
      ]}
    />
  )
}

function Identity({ tenant }: { tenant: Tenant }) {
  const t = useT('settings.general')
  const format = useFormat()
  return (
    <Facts
      items={[
        { label: t('key'), value: <code className="font-mono">{tenant.key}</code> },
        { label: t('created'), value: format.instant(tenant.created_at) },
      ]}
    />
  )
}

function TenantForm({ found }: { found: Versioned<Tenant> }) {
  const t = useT('settings.general')
  const common = useT('common')
  const { locale } = useLocale()
  const confirm = useConfirm()
  const tenant = useTenant()
  const update = useUpdateTenant()
  // What the form was filled from; a newer one that is read meanwhile does not take what was typed.
  const [read, setRead] = useState(found)
  const [theirs, setTheirs] = useState<Versioned<Tenant> | null>(null)
  const form = useForm({
    defaultValues: valuesOf(found.document),
    mode: 'onTouched',
  })
  const { errors, isDirty, isSubmitting } = form.formState
  useDirtyGuard(isDirty, () =>
    confirm({
      title: t('leave.title'),
      detail: t('leave.detail'),
      action: t('leave.action'),
      tone: 'destructive',
    }),
  )

  const startFrom = (fresh: Versioned<Tenant>) => {
    setRead(fresh)
    setTheirs(null)
    form.reset(valuesOf(fresh.document))
  }

  const save = (etag: string) =>
    form.handleSubmit(async ({ loss, ...rest }) => {
      const body = { ...rest, loss_given_default: loss === '' ? null : shareOf(loss) }
      try {
        startFrom(await update.mutateAsync({ body, etag }))
        toast.success(t('saved'))
      } catch (error) {
        if (asProblem(error).status === 412) {
          const { data } = await tenant.refetch()
          if (data) setTheirs(data)
        } else applyProblem(form, error)
      }
    })

  const differences: Difference[] = theirs
    ? (['name', 'time_zone', 'home_currency', 'loss'] as const)
        .map((field) => ({
          label: t(LABELS[field]),
          theirs: valuesOf(theirs.document)[field],
          yours: form.getValues(field),
        }))
        .filter((each) => each.theirs !== each.yours)
    : []

  return (
    <form onSubmit={save(read.etag)} noValidate className="flex flex-col gap-4">
      {theirs && (
        <Changed
          differences={differences}
          onTheirs={() => startFrom(theirs)}
          onMine={() => void save(theirs.etag)()}
        />
      )}
      <FormProblem message={errors.root?.message} />
      <Field label={t('name')} error={errors.name?.message}>
        <Input
          maxLength={200}
          autoComplete="organization"
          {...form.register('name', someText(t('nameMissing')))}
        />
      </Field>
      <Controller
        control={form.control}
        name="time_zone"
        render={({ field }) => (
          <Field label={t('timeZone')} help={t('timeZoneHelp')} error={errors.time_zone?.message}>
            <Combobox
              options={timeZones(field.value, locale)}
              value={field.value}
              onChange={(zone) => zone && field.onChange(zone)}
            />
          </Field>
        )}
      />
      <Controller
        control={form.control}
        name="home_currency"
        render={({ field }) => (
          <Field
            label={t('currency')}
            help={read.document.has_records ? t('currencyLocked') : t('currencyHelp')}
            error={errors.home_currency?.message}
          >
            <Combobox
              options={currencies(field.value ?? '', locale)}
              value={field.value ?? null}
              onChange={(code) => code && field.onChange(code)}
              disabled={read.document.has_records}
            />
          </Field>
        )}
      />
      <Field label={t('loss')} help={t('lossHelp')} error={errors.loss?.message} optional>
        <Input
          inputMode="decimal"
          maxLength={8}
          autoComplete="off"
          {...form.register('loss', {
            setValueAs: (text: string) => text.trim(),
            validate: (text) => text === '' || isShare(text) || t('lossWrong', { least: LEAST_LOSS }),
          })}
        />
      </Field>
      <div className="flex gap-2">
        <Button type="submit" disabled={!isDirty || isSubmitting}>
          {isSubmitting ? common('actions.saving') : common('actions.save')}
        </Button>
        {isDirty && (
          <Button variant="ghost" onClick={() => form.reset()}>
            {common('actions.undo')}
          </Button>
        )}
      </div>
    </form>
  )
}

const LABELS = { name: 'name', time_zone: 'timeZone', home_currency: 'currency', loss: 'loss' } as const
/** The least that the hub takes, in percent. */
const LEAST_LOSS = 1

const valuesOf = ({ name, time_zone, home_currency, loss_given_default: loss }: Tenant) => ({
  name,
  time_zone,
  home_currency,
  loss: loss === null ? '' : String(Number((Number(loss) * 100).toFixed(2))),
})

function isShare(percent: string): boolean {
  return (
    /^\d{1,3}([.,]\d{1,2})?$/.test(percent) &&
    Number(shareOf(percent)) * 100 >= LEAST_LOSS &&
    Number(shareOf(percent)) <= 1
  )
}

/** `0.4550` of `45,5`. */
const shareOf = (percent: string) => (Number(percent.replace(',', '.')) / 100).toFixed(4)
