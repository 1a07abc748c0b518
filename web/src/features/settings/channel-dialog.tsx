'use client'

import { useId, useState } from 'react'
import { useForm } from 'react-hook-form'
import { SchemaField } from '@/components/schema-field'
import { Button } from '@/components/ui/button'
import {
  Dialog,
  DialogContent,
  DialogDescription,
  DialogFooter,
  DialogHeader,
  DialogTitle,
} from '@/components/ui/dialog'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { configOf, type Entries, entriesOf, fieldsOf } from '@/lib/form-fields'
import { useT } from '@/lib/i18n'
import { applyProblem } from '@/lib/problem'
import {
  type Channel,
  type ChannelPlugin,
  type Purpose,
  useChangeChannel,
  useCreateChannel,
} from './channels-api'
import { FormProblem } from './form-problem'

interface DialogProps {
  plugins: ChannelPlugin[]
  /** The one that is edited; without one, a new one is set up. */
  channel?: Channel
  onClose: () => void
  onSaved: (channel: Channel) => void
}

/** Sets up a channel, or sets one anew: who it is from, how much it sends, and what its provider asks for. */
export default function ChannelDialog({ plugins, channel, onClose, onSaved }: DialogProps) {
  const t = useT('channels')
  const [slug, setSlug] = useState(channel?.plugin ?? plugins[0]?.slug ?? '')
  const plugin = plugins.find((each) => each.slug === slug)
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>
            {channel ? t('dialog.editTitle', { name: channel.name }) : t('dialog.createTitle')}
          </DialogTitle>
          <DialogDescription>{t('dialog.detail')}</DialogDescription>
        </DialogHeader>
        {!channel && (
          <Select value={slug} onValueChange={setSlug}>
            <Field label={t('dialog.plugin')} help={plugin?.summary}>
              <SelectTrigger>
                <SelectValue />
              </SelectTrigger>
            </Field>
            <SelectContent>
              {plugins.map((each) => (
                <SelectItem key={each.slug} value={each.slug}>
                  {each.name}
                </SelectItem>
              ))}
            </SelectContent>
          </Select>
        )}
        <ChannelForm key={slug} {...{ plugin, channel, onClose, onSaved }} />
      </DialogContent>
    </Dialog>
  )
}

interface Values {
  name: string
  sender: string
  sender_name: string
  reply_to: string
  per_minute: string
  per_day: string
  config: Entries
}
type Text = Exclude<keyof Values, 'config'>

/** Whole numbers from 1 on; empty: none. */
const isLimit = (entry: string) => entry.trim() === '' || /^[1-9][0-9]{0,6}$/.test(entry.trim())

function ChannelForm({
  plugin,
  channel,
  onClose,
  onSaved,
}: Pick<DialogProps, 'channel' | 'onClose' | 'onSaved'> & { plugin: ChannelPlugin | undefined }) {
  const t = useT('channels')
  const c = useT('common')
  const create = useCreateChannel()
  const change = useChangeChannel()
  const [purpose, setPurpose] = useState<Purpose>(channel?.purpose ?? plugin?.purposes[0] ?? 'debtors')
  const fields = fieldsOf(plugin?.form ?? {}, channel?.sealed)
  const form = useForm<Values>({
    mode: 'onTouched',
    defaultValues: {
      name: channel?.name ?? plugin?.name ?? '',
      sender: channel?.sender ?? '',
      sender_name: channel?.sender_name ?? '',
      reply_to: channel?.reply_to ?? '',
      per_minute: String(channel?.per_minute ?? ''),
      per_day: String(channel?.per_day ?? ''),
      config: entriesOf(fields, channel?.config),
    },
  })
  const { errors, isSubmitting } = form.formState
  const isMail = purpose === 'debtors'
  const heading = useId()

  const save = form.handleSubmit(async (values) => {
    const text = (name: Text) => values[name].trim() || null
    const limit = (name: Text) => (values[name].trim() ? Number(values[name]) : null)
    const body = {
      name: values.name.trim(),
      sender: text('sender'),
      sender_name: text('sender_name'),
      reply_to: text('reply_to'),
      per_minute: limit('per_minute'),
      per_day: limit('per_day'),
      config: configOf(fields, values.config, channel?.config),
    }
    try {
      if (channel) {
        const params = { path: { channel_id: channel.id }, header: { 'If-Match': `"${channel.version}"` } }
        onSaved(await change.mutateAsync({ params, body: plugin ? body : { ...body, config: undefined } }))
      } else {
        onSaved(await create.mutateAsync({ body: { ...body, plugin: plugin?.slug ?? '', purpose } }))
      }
    } catch (error) {
      applyProblem(form, error)
    }
  })

  const input = (name: Text, options: { help?: string; isNeeded?: boolean; isLimit?: boolean } = {}) => (
    <Field
      label={t(`dialog.${WORDS[name]}`)}
      help={options.help}
      error={errors[name]?.message}
      optional={!options.isNeeded}
    >
      <Input
        {...form.register(name, {
          validate: (entry) => {
            if (options.isNeeded && !entry.trim()) return t('dialog.needed')
            return !options.isLimit || isLimit(entry) || t('dialog.number')
          },
        })}
        autoComplete="off"
        inputMode={options.isLimit ? 'numeric' : undefined}
        maxLength={254}
      />
    </Field>
  )
  return (
    <form onSubmit={(event) => void save(event)} className="flex flex-col gap-4" noValidate>
      {!channel && plugin && plugin.purposes.length > 1 && (
        <Select value={purpose} onValueChange={(next) => setPurpose(next as Purpose)}>
          <Field label={t('dialog.purpose')}>
            <SelectTrigger>
              <SelectValue />
            </SelectTrigger>
          </Field>
          <SelectContent>
            {plugin.purposes.map((each) => (
              <SelectItem key={each} value={each}>
                {t(each)}
              </SelectItem>
            ))}
          </SelectContent>
        </Select>
      )}
      {input('name', { help: t('dialog.nameHelp'), isNeeded: true })}
      {isMail && (
        <>
          {input('sender', { help: t('dialog.senderHelp'), isNeeded: true })}
          {input('sender_name')}
          {input('reply_to', { help: t('dialog.replyToHelp') })}
        </>
      )}
      {plugin && fields.length > 0 && (
        <div role="group" aria-labelledby={heading} className="flex flex-col gap-4 border-t pt-4">
          <h3 id={heading} className="font-semibold">
            {t('dialog.settings', { name: plugin.name })}
          </h3>
          {fields.map((field) => (
            <SchemaField key={field.name} field={field} control={form.control} />
          ))}
        </div>
      )}
      <div className="grid gap-4 border-t pt-4 sm:grid-cols-2">
        {input('per_minute', { help: t('dialog.limitHelp'), isLimit: true })}
        {input('per_day', { help: t('dialog.limitHelp'), isLimit: true })}
      </div>
      <FormProblem message={errors.root?.message} />
      <DialogFooter>
        <Button variant="outline" onClick={onClose}>
          {c('actions.cancel')}
        </Button>
        <Button type="submit" disabled={isSubmitting}>
          {t(channel ? 'dialog.save' : 'dialog.create')}
        </Button>
      </DialogFooter>
    </form>
  )
}

const WORDS = {
  name: 'name',
  sender: 'sender',
  sender_name: 'senderName',
  reply_to: 'replyTo',
  per_minute: 'perMinute',
  per_day: 'perDay',
} as const satisfies Record<Text, string>
