'use client'

import { useState } from 'react'
import { ProblemAlert } from '@/components/problem-alert'
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
import { useT } from '@/lib/i18n'
import { asProblem } from '@/lib/problem'
import { type Channel, type IssuedAddress, settingsOf, useCreateInbound } from './inbound-api'

interface Props {
  channels: Channel[]
  onClose: () => void
  onIssued: (address: IssuedAddress) => void
}

/** Makes an address to which a provider or mail server posts mails. */
export default function InboundDialog({ channels, onClose, onIssued }: Props) {
  const t = useT('settings.inbound')
  const c = useT('common')
  const create = useCreateInbound()
  const [name, setName] = useState('')
  const [slug, setSlug] = useState(channels[0]?.slug ?? '')
  const [config, setConfig] = useState<Record<string, string>>({})
  const [isChecked, setChecked] = useState(false)
  const channel = channels.find((each) => each.slug === slug)
  const settings = settingsOf(channel)
  const problem = create.error ? asProblem(create.error) : null
  const said = (field: string) => problem?.fields.find((each) => each.field === field)?.message
  const faultOf = ({ name: setting, pattern, isRequired }: (typeof settings)[number]) => {
    const text = (config[setting] ?? '').trim()
    if (text === '') return isRequired ? t('needed') : undefined
    return pattern && !pattern.test(text) ? t('wrong') : undefined
  }
  const submit = () => {
    setChecked(true)
    if (name.trim() === '' || settings.some(faultOf)) return
    const filled = settings.flatMap(({ name: setting }) => {
      const text = (config[setting] ?? '').trim()
      return text ? [[setting, text] as const] : []
    })
    create.mutate(
      { body: { name: name.trim(), channel: slug, config: Object.fromEntries(filled) } },
      { onSuccess: onIssued },
    )
  }
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent>
        <form
          noValidate
          className="contents"
          onSubmit={(event) => {
            event.preventDefault()
            submit()
          }}
        >
          <DialogHeader>
            <DialogTitle>{t('createTitle')}</DialogTitle>
            <DialogDescription>{t('createDetail')}</DialogDescription>
          </DialogHeader>
          {problem && problem.fields.length === 0 && <ProblemAlert error={problem} />}
          <Field
            label={t('name')}
            help={t('nameHelp')}
            error={isChecked && name.trim() === '' ? t('needed') : said('name')}
          >
            <Input
              autoComplete="off"
              maxLength={200}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          </Field>
          <Select value={slug} onValueChange={setSlug}>
            <Field label={t('channel')} help={channel?.summary} error={said('channel')}>
              <SelectTrigger>
                <SelectValue />
              </SelectTrigger>
            </Field>
            <SelectContent>
              {channels.map((each) => (
                <SelectItem key={each.slug} value={each.slug}>
                  {each.name}
                </SelectItem>
              ))}
            </SelectContent>
          </Select>
          {settings.map((setting) => (
            <Field
              key={`${slug} ${setting.name}`}
              label={setting.title}
              help={setting.help}
              optional={!setting.isRequired}
              error={(isChecked && faultOf(setting)) || said(`config.${setting.name}`)}
            >
              <Input
                autoComplete="off"
                value={config[setting.name] ?? ''}
                onChange={(event) => setConfig({ ...config, [setting.name]: event.target.value })}
              />
            </Field>
          ))}
          <DialogFooter>
            <Button variant="outline" onClick={onClose}>
              {c('actions.cancel')}
            </Button>
            <Button type="submit" disabled={create.isPending}>
              {t('create')}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  )
}
