'use client'

import { zodResolver } from '@hookform/resolvers/zod'
import { useQueryClient } from '@tanstack/react-query'
import { Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Controller, useFieldArray, useForm } from 'react-hook-form'
import { toast } from '@/lib/toast'
import { useConfirm } from '@/components/confirm'
import { ProblemAlert } from '@/components/problem-alert'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import {
  Sheet,
  SheetContent,
  SheetDescription,
  SheetFooter,
  SheetHeader,
  SheetTitle,
} from '@/components/ui/sheet'
import { Switch } from '@/components/ui/switch'
import { Textarea } from '@/components/ui/textarea'
import { useLedgerWords } from '@/components/ledger/words'
import { useT } from '@/lib/i18n'
import { applyProblem, asProblem } from '@/lib/problem'
import { type Customer, readCustomer, saveProfile } from './api'
import { ConflictDialog } from './conflict-dialog'
import { EMPTY_CONTACT, profileForm, type ProfileValues, toProfile, toValues } from './profile-form'

/** Changes what the company's people say of a customer, without losing what somebody else changed meanwhile. */
export function ProfileSheet({ customer, onClose }: { customer: Customer; onClose: () => void }) {
  const t = useT('customers')
  const words = useLedgerWords()
  const confirm = useConfirm()
  const queryClient = useQueryClient()
  const [version, setVersion] = useState(customer.version)
  const [theirs, setTheirs] = useState<Customer | null>(null)
  const [failure, setFailure] = useState<unknown>(null)
  const form = useForm<ProfileValues>({
    defaultValues: toValues(customer.profile),
    mode: 'onTouched',
    resolver: zodResolver(
      profileForm({
        name: t('profile.errors.name'),
        email: t('profile.errors.email'),
        tooLong: t('profile.errors.tooLong'),
        tooMany: t('profile.errors.tooMany'),
      }),
    ),
  })
  const contacts = useFieldArray({ control: form.control, name: 'contacts' })
  const { errors, isDirty, isSubmitting } = form.formState

  const save = async (values: ProfileValues, against: number) => {
    setFailure(null)
    try {
      await saveProfile(customer.id, toProfile(values), against)
    } catch (error) {
      const problem = asProblem(error)
      if (problem.status === 412) setTheirs(await readCustomer(customer.id))
      else if (problem.fields.length > 0) applyProblem(form, problem)
      else setFailure(error)
      return
    }
    await queryClient.invalidateQueries({ queryKey: ['get', '/api/customers/{customer_id}'] })
    void queryClient.invalidateQueries({ queryKey: ['get', '/api/customers'] })
    void queryClient.invalidateQueries({ queryKey: ['get', '/api/customers/{customer_id}/risk'] })
    toast.success(t('profile.saved'))
    onClose()
  }
  const close = async () => {
    const question = {
      title: t('profile.discardTitle'),
      detail: t('profile.discardDetail'),
      action: t('profile.discard'),
    }
    if (!isDirty || (await confirm(question))) onClose()
  }

  return (
    <Sheet open onOpenChange={(open) => !open && void close()}>
      <SheetContent>
        <SheetHeader>
          <SheetTitle>{t('profile.editTitle')}</SheetTitle>
          <SheetDescription>{t('profile.editDetail', { name: customer.name })}</SheetDescription>
        </SheetHeader>
        <form
          noValidate
          className="flex flex-1 flex-col gap-5"
          onSubmit={(event) => void form.handleSubmit((values) => save(values, version))(event)}
        >
          {failure !== null && <ProblemAlert error={failure} />}
          <fieldset className="flex flex-col gap-3">
            <legend className="mb-2 font-medium">{t('profile.contacts')}</legend>
            {contacts.fields.map((each, at) => (
              <div key={each.id} className="grid gap-3 rounded-lg border p-3 sm:grid-cols-2">
                <Field label={t('profile.name')} error={errors.contacts?.[at]?.name?.message}>
                  <Input {...form.register(`contacts.${at}.name`)} autoComplete="off" />
                </Field>
                <Field label={t('profile.role')} optional error={errors.contacts?.[at]?.role?.message}>
                  <Input {...form.register(`contacts.${at}.role`)} autoComplete="off" />
                </Field>
                <Field label={t('profile.email')} optional error={errors.contacts?.[at]?.email?.message}>
                  <Input type="email" {...form.register(`contacts.${at}.email`)} autoComplete="off" />
                </Field>
                <Field label={t('profile.phone')} optional error={errors.contacts?.[at]?.phone?.message}>
                  <Input type="tel" {...form.register(`contacts.${at}.phone`)} autoComplete="off" />
                </Field>
                <Button
                  variant="ghost"
                  size="sm"
                  className="w-fit"
                  aria-label={t('profile.removeContact', { number: at + 1 })}
                  onClick={() => contacts.remove(at)}
                >
                  <Trash2 aria-hidden className="size-3.5" strokeWidth={1.75} />
                  {t('profile.remove')}
                </Button>
              </div>
            ))}
            {contacts.fields.length < 20 && (
              <Button
                variant="outline"
                size="sm"
                className="w-fit"
                onClick={() => contacts.append(EMPTY_CONTACT)}
              >
                <Plus aria-hidden className="size-3.5" strokeWidth={1.75} />
                {t('profile.addContact')}
              </Button>
            )}
          </fieldset>
          <Field label={t('profile.notes')} optional error={errors.notes?.message}>
            <Textarea rows={5} {...form.register('notes')} />
          </Field>
          <Field label={t('profile.tags')} optional help={t('profile.tagsHelp')} error={errors.tags?.message}>
            <Input {...form.register('tags')} autoComplete="off" />
          </Field>
          <Controller
            control={form.control}
            name="risk_override"
            render={({ field }) => (
              <Choice
                label={t('profile.override')}
                help={t('profile.overrideHelp')}
                value={field.value}
                onChange={field.onChange}
                options={[
                  ['none', t('profile.asForecast')],
                  ['low', words.risk('low')],
                  ['medium', words.risk('medium')],
                  ['high', words.risk('high')],
                ]}
              />
            )}
          />
          <Controller
            control={form.control}
            name="preferred_channel"
            render={({ field }) => (
              <Choice
                label={t('profile.channel')}
                value={field.value}
                onChange={field.onChange}
                options={[
                  ['none', t('profile.channels.none')],
                  ['email', t('profile.channels.email')],
                  ['phone', t('profile.channels.phone')],
                  ['post', t('profile.channels.post')],
                ]}
              />
            )}
          />
          <Controller
            control={form.control}
            name="exclude_from_reminders"
            render={({ field }) => (
              <Field label={t('profile.exclude')} layout="inline">
                <Switch checked={field.value} onCheckedChange={field.onChange} />
              </Field>
            )}
          />
          <SheetFooter>
            <Button type="submit" disabled={isSubmitting}>
              {t('profile.save')}
            </Button>
            <Button variant="outline" onClick={() => void close()}>
              {t('profile.cancel')}
            </Button>
          </SheetFooter>
        </form>
        {theirs && (
          <ConflictDialog
            mine={form.getValues()}
            theirs={toValues(theirs.profile)}
            onTakeTheirs={() => {
              form.reset(toValues(theirs.profile))
              setVersion(theirs.version)
              setTheirs(null)
            }}
            onKeepMine={() => {
              setVersion(theirs.version)
              setTheirs(null)
              void form.handleSubmit((values) => save(values, theirs.version))()
            }}
            onCancel={() => setTheirs(null)}
          />
        )}
      </SheetContent>
    </Sheet>
  )
}

function Choice({
  label,
  help,
  value,
  onChange,
  options,
}: {
  label: string
  help?: string
  value: string
  onChange: (value: string) => void
  options: [string, string][]
}) {
  return (
    <Select value={value} onValueChange={onChange}>
      <Field label={label} help={help}>
        <SelectTrigger>
          <SelectValue />
        </SelectTrigger>
      </Field>
      <SelectContent>
        {options.map(([name, text]) => (
          <SelectItem key={name} value={name}>
            {text}
          </SelectItem>
        ))}
      </SelectContent>
    </Select>
  )
}
