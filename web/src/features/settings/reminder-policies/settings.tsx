'use client'

import { type FormEvent, useState } from 'react'
import { useConfirm } from '@/components/confirm'
import { Page } from '@/components/page'
import { ProblemAlert } from '@/components/problem-alert'
import { Region } from '@/components/region'
import { Alert, AlertDescription } from '@/components/ui/alert'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Skeleton } from '@/components/ui/skeleton'
import { Textarea } from '@/components/ui/textarea'
import { useDirtyGuard } from '@/lib/dirty-guard'
import { useLocale, useT } from '@/lib/i18n'
import { asProblem } from '@/lib/problem'
import { useCan } from '@/lib/session'
import { toast } from '@/lib/toast'
import { Section, Sections } from '../section'
import { useTenant } from '../tenant-api'
import { type Settings, useChanged, useSettings, useUpdateSettings } from './api'
import { Choice, Choices, ListInput, NumberInput } from './inputs'
import { type Amounts, type Entries, LANGUAGES, read, readAmounts, write } from './settings-document'

/** Who signs reminders, when and how often customers are written to, and what a text may name. */
export function ReminderSettings() {
  const t = useT('policies.settings')
  const query = useSettings()
  return (
    <Page title={t('title')} subtitle={t('subtitle')}>
      <Region query={query} skeleton={<Skeleton className="h-[60rem] max-w-2xl" />}>
        {(found) => <SettingsForm key={found.version} found={found} />}
      </Region>
    </Page>
  )
}

function SettingsForm({ found }: { found: Settings }) {
  const t = useT('policies.settings')
  const p = useT('policies')
  const c = useT('common')
  const { locale } = useLocale()
  const confirm = useConfirm()
  const changed = useChanged()
  const tenant = useTenant()
  const update = useUpdateSettings()
  const disabled = !useCan('updateReminderSettings')
  const [first] = useState(() => read(found.document))
  const [entries, setEntries] = useState(first)
  const [isStored, setStored] = useState(false)
  const isDirty = !isStored && JSON.stringify(entries) !== JSON.stringify(first)
  useDirtyGuard(isDirty, () =>
    confirm({ title: p('leave.title'), detail: p('leave.detail'), action: p('leave.action') }),
  )
  const problem = update.error ? asProblem(update.error) : null
  const isStale = problem?.status === 412
  const said = (...fields: string[]) =>
    problem?.fields.find(({ field }) => fields.some((each) => field === each || field.startsWith(`${each}.`)))
      ?.message
  const set = (changes: Partial<Entries>) => setEntries({ ...entries, ...changes })
  const text = (name: TextName) => ({
    disabled,
    value: entries[name],
    onChange: ({ target }: { target: { value: string } }) => set({ [name]: target.value }),
  })
  const count = (name: CountName) => ({
    disabled,
    step: 1,
    value: entries[name],
    onChange: (value: number | undefined) => set({ [name]: value }),
  })
  const document = write(entries)
  const isWrong = (amounts: Amounts) => (amounts.isRight ? undefined : t('amountsWrong'))
  const days = [1, 2, 3, 4, 5, 6, 7].map((day) => ({ value: String(day), label: weekday(day, locale) }))

  const save = (event: FormEvent) => {
    event.preventDefault()
    if (document === null) return
    update.mutate(
      { params: { header: { 'If-Match': `"${found.version}"` } }, body: { document } },
      {
        onSuccess: () => {
          setStored(true)
          toast.success(t('saved'))
          void changed()
        },
      },
    )
  }
  return (
    <form noValidate onSubmit={save}>
      <Sections>
        {isStale && (
          <Alert variant="destructive">
            <AlertDescription>{p('stale')}</AlertDescription>
            <Button
              size="sm"
              variant="outline"
              className="mt-2 w-fit"
              onClick={() => {
                setStored(true)
                update.reset()
                void changed()
              }}
            >
              {p('readAgain')}
            </Button>
          </Alert>
        )}
        {problem && !isStale && problem.fields.length === 0 && <ProblemAlert error={problem} />}
        <Section title={t('sender')}>
          <div className="grid gap-4 sm:grid-cols-2">
            <Field
              label={t('company')}
              optional
              help={t('companyHelp', { name: tenant.data?.document.name ?? '' })}
              error={said('sender.company')}
            >
              <Input maxLength={200} {...text('company')} />
            </Field>
            <Field label={t('person')} optional help={t('personHelp')} error={said('sender.name')}>
              <Input maxLength={200} autoComplete="off" {...text('name')} />
            </Field>
            <Field label={t('phone')} optional error={said('sender.phone')}>
              <Input type="tel" maxLength={40} autoComplete="off" {...text('phone')} />
            </Field>
            <Field label={t('replyTo')} optional help={t('replyToHelp')} error={said('sender.reply_to')}>
              <Input type="email" maxLength={254} autoComplete="off" {...text('replyTo')} />
            </Field>
            <Field
              label={t('address')}
              optional
              error={said('sender.postal_address')}
              className="sm:col-span-2"
            >
              <Textarea rows={3} maxLength={500} {...text('address')} />
            </Field>
            <Field label={t('language')} help={t('languageHelp')} error={said('language')}>
              <Choice
                value={entries.language}
                disabled={disabled}
                onChange={(language) => set({ language })}
                options={LANGUAGES.map((each) => ({ value: each, label: t(`languages.${each}`) }))}
              />
            </Field>
          </div>
        </Section>
        <Section title={t('payment')}>
          <div className="grid gap-4 sm:grid-cols-2">
            <Field
              label={t('iban')}
              optional
              help={t('ibanHelp')}
              error={said('bank')}
              className="sm:col-span-2"
            >
              <Input autoComplete="off" className="font-mono" {...text('iban')} />
            </Field>
            <Field label={t('bic')} optional>
              <Input autoComplete="off" className="font-mono" {...text('bic')} />
            </Field>
            <Field label={t('holder')} optional>
              <Input maxLength={200} autoComplete="off" {...text('holder')} />
            </Field>
            <Field
              label={t('link')}
              optional
              help={t('linkHelp')}
              error={said('payment_link')}
              className="sm:col-span-2"
            >
              <Input type="url" maxLength={500} placeholder="https://" {...text('link')} />
            </Field>
          </div>
        </Section>
        <Section title={t('hours')} detail={t('hoursDetail')}>
          <div className="grid gap-4 sm:grid-cols-3">
            <Field label={t('from')} error={said('quiet.from')}>
              <Input type="time" min="08:00" max="21:00" {...text('from')} />
            </Field>
            <Field label={t('to')} error={said('quiet.to')}>
              <Input type="time" min="08:00" max="21:00" {...text('to')} />
            </Field>
            <Field label={t('fridayTo')} optional help={t('fridayHelp')} error={said('quiet.friday_to')}>
              <Input type="time" min="08:00" max="21:00" {...text('fridayTo')} />
            </Field>
            <fieldset className="sm:col-span-3">
              <legend className="mb-1.5 font-medium">{t('weekdays')}</legend>
              <Choices
                label={t('weekdays')}
                value={entries.weekdays}
                disabled={disabled}
                onChange={(weekdays) => set({ weekdays })}
                options={days}
              />
              {said('quiet.weekdays') && (
                <p role="alert" className="text-xs text-negative">
                  {said('quiet.weekdays')}
                </p>
              )}
            </fieldset>
          </div>
        </Section>
        <Section title={t('caps')}>
          <div className="grid gap-4 sm:grid-cols-2">
            <Field label={t('perDays')} error={said('caps.per_days')}>
              <NumberInput min={1} max={30} {...count('perDays')} />
            </Field>
            <Field label={t('perWeek')} help={t('perWeekHelp')} error={said('caps.max_per_week')}>
              <NumberInput min={1} max={7} {...count('perWeek')} />
            </Field>
          </div>
        </Section>
        <Section title={t('exceptions')}>
          <div className="grid gap-4 sm:grid-cols-2">
            <Field
              label={t('minimum')}
              optional
              help={t('amountsHelp')}
              error={isWrong(entries.minimum) ?? said('minimum_amount')}
            >
              <AmountsInput
                disabled={disabled}
                value={entries.minimum}
                onChange={(minimum) => set({ minimum })}
              />
            </Field>
            <Field
              label={t('tolerance')}
              optional
              help={t('amountsHelp')}
              error={isWrong(entries.tolerance) ?? said('tolerance')}
            >
              <AmountsInput
                disabled={disabled}
                value={entries.tolerance}
                onChange={(tolerance) => set({ tolerance })}
              />
            </Field>
            <Field label={t('minimumAge')} error={said('minimum_age_days')}>
              <NumberInput min={0} max={60} {...count('minimumAge')} />
            </Field>
            <Field label={t('rest')} help={t('restHelp')} error={said('rest_after_answer_days')}>
              <NumberInput min={0} max={20} {...count('rest')} />
            </Field>
            <Field label={t('tags')} optional help={t('tagsHelp')} error={said('key_account_tags')}>
              <ListInput disabled={disabled} value={entries.tags} onChange={(tags) => set({ tags })} />
            </Field>
            <Field label={t('stale')} error={said('stale_after_hours')}>
              <NumberInput min={1} max={168} {...count('stale')} />
            </Field>
            <Field label={t('filesStale')} error={said('files_stale_after_days')}>
              <NumberInput min={1} max={60} {...count('filesStale')} />
            </Field>
            <Field label={t('askAfter')} error={said('ask_provider_after_minutes')}>
              <NumberInput min={1} max={1440} {...count('askAfter')} />
            </Field>
          </div>
        </Section>
        <Section title={t('allowed')} detail={t('allowedDetail')}>
          <div className="grid gap-4 sm:grid-cols-3">
            <Field
              label={t('fee')}
              optional
              help={t('feeHelp')}
              error={isWrong(entries.fee) ?? said('allowed.late_fee')}
            >
              <AmountsInput disabled={disabled} value={entries.fee} onChange={(fee) => set({ fee })} />
            </Field>
            <Field label={t('interest')} optional error={said('allowed.interest_rate')}>
              <Input inputMode="decimal" {...text('interest')} />
            </Field>
            <Field label={t('discount')} optional error={said('allowed.discount')}>
              <Input inputMode="decimal" {...text('discount')} />
            </Field>
          </div>
        </Section>
        {!disabled && (
          <div className="flex flex-col gap-2">
            {problem && problem.fields.length > 0 && (
              <p role="alert" className="text-xs text-negative">
                {t('problems')}
              </p>
            )}
            <Button
              type="submit"
              className="self-start"
              disabled={!isDirty || update.isPending || document === null}
            >
              {update.isPending ? c('actions.saving') : c('actions.save')}
            </Button>
          </div>
        )}
      </Sections>
    </form>
  )
}

type TextName = {
  [Name in keyof Entries]: Entries[Name] extends string ? Name : never
}[keyof Entries]
type CountName = {
  [Name in keyof Entries]: Entries[Name] extends number | undefined ? Name : never
}[keyof Entries]

/** Amounts with their currencies, as they are typed. */
function AmountsInput({
  value,
  onChange,
  ...props
}: { value: Amounts; onChange: (value: Amounts) => void } & Record<string, unknown>) {
  return (
    <Input
      autoComplete="off"
      {...props}
      value={value.text}
      onChange={({ target }) => onChange(readAmounts(target.value))}
    />
  )
}

/** Monday is 1. */
const weekday = (day: number, locale: string) =>
  new Intl.DateTimeFormat(locale, { weekday: 'short', timeZone: 'UTC' }).format(
    new Date(Date.UTC(2026, 5, day)),
  )
