'use client'

import { CheckIcon } from 'lucide-react'
import { useId, useState } from 'react'
import { useForm } from 'react-hook-form'
import { SchemaField } from '@/components/schema-field'
import { Alert, AlertDescription } from '@/components/ui/alert'
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
import { Label } from '@/components/ui/label'
import { RadioGroup, RadioGroupItem } from '@/components/ui/radio-group'
import { client } from '@/lib/api'
import { configOf, type Entries, entriesOf, fieldsOf } from '@/lib/form-fields'
import { useT } from '@/lib/i18n'
import { applyProblem } from '@/lib/problem'
import { type AuthMethod, type Connection, type Connector, useRefresh } from './api'

interface ConnectDialogProps {
  connector: Connector
  /** The connection that is to be connected anew; without one, another is made. */
  connection?: Connection
  onClose: () => void
  /** What was entered is being tried, by a job. */
  onStarted: (connectionId: string, jobId: string | null) => void
}

/** Connect an account, or connect one anew: which way, what is asked for, and then the provider's own page or a trial. */
export function ConnectDialog({ connector, connection, onClose, onStarted }: ConnectDialogProps) {
  const t = useT('connections')
  const ways = connector.auth_methods
  const [method, setMethod] = useState(connection?.auth_method ?? ways[0]?.method ?? '')
  const way = ways.find((each) => each.method === method) ?? ways[0]
  const name = connection?.name ?? connector.name
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>{t(connection ? 'connect.again' : 'connect.title', { name })}</DialogTitle>
          <DialogDescription>{connection ? t('connect.keeps') : connector.summary}</DialogDescription>
        </DialogHeader>
        {ways.length > 1 && <Ways ways={ways} method={method} onChoose={setMethod} />}
        {way && <WayForm key={way.method} {...{ connector, connection, way, onClose, onStarted }} />}
      </DialogContent>
    </Dialog>
  )
}

function Ways({
  ways,
  method,
  onChoose,
}: {
  ways: AuthMethod[]
  method: string
  onChoose: (method: string) => void
}) {
  const t = useT('connections')
  const id = useId()
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-2 font-medium">{t('connect.way')}</legend>
      <RadioGroup value={method} onValueChange={onChoose}>
        {ways.map((way) => (
          <div key={way.method} className="flex items-center gap-2">
            <RadioGroupItem value={way.method} id={`${id}-${way.method}`} />
            <Label htmlFor={`${id}-${way.method}`} className="font-normal">
              {way.title}
            </Label>
          </div>
        ))}
      </RadioGroup>
    </fieldset>
  )
}

function WayForm({
  connector,
  connection,
  way,
  onClose,
  onStarted,
}: ConnectDialogProps & { way: AuthMethod }) {
  const t = useT('connections')
  const common = useT('common')
  const refresh = useRefresh()
  const isSameWay = connection?.auth_method === way.method
  const fields = fieldsOf(way.form, isSameWay ? connection?.sealed : [])
  const form = useForm<{ name: string; config: Entries }>({
    mode: 'onTouched',
    defaultValues: { name: '', config: entriesOf(fields, connection?.config) },
  })
  const [isLeaving, setLeaving] = useState(false)
  const needed = fields.filter(({ isRequired }) => isRequired)
  const further = fields.filter(({ isRequired }) => !isRequired)

  const send = form.handleSubmit(async ({ name, config }) => {
    try {
      const entered = configOf(fields, config, connection && isSameWay ? connection.config : {})
      const shared = { auth_method: way.method, config: entered, return_to: '/connections/view/' }
      const { data } = connection
        ? await client.POST('/api/connections/{connection_id}/reconnect', {
            params: { path: { connection_id: connection.id } },
            body: shared,
          })
        : await client.POST('/api/connections', {
            body: { connector: connector.slug, ...shared, ...(name.trim() ? { name: name.trim() } : {}) },
          })
      if (data?.authorize_url) {
        setLeaving(true)
        globalThis.location.assign(data.authorize_url)
        return
      }
      await refresh()
      if (data) onStarted(data.connection.id, data.job?.id ?? null)
    } catch (error) {
      applyProblem(form, error)
    }
  })

  const { errors, isSubmitting } = form.formState
  return (
    <form onSubmit={(event) => void send(event)} className="flex flex-col gap-4" noValidate>
      {way.scopes.length > 0 && <Scopes connector={connector} way={way} />}
      {needed.map((field) => (
        <SchemaField key={field.name} field={field} control={form.control} />
      ))}
      {!connection && (
        <Field
          label={t('connect.name')}
          help={t('connect.nameHelp', { name: connector.name })}
          error={errors.name?.message}
          optional
        >
          <Input {...form.register('name')} maxLength={200} autoComplete="off" />
        </Field>
      )}
      {further.length > 0 && (
        <details
          open={further.some(({ name }) => errors.config?.[name])}
          className="rounded-md border px-3 py-2"
        >
          <summary className="cursor-pointer font-medium">{t('connect.further')}</summary>
          <div className="flex flex-col gap-4 pt-3 pb-1">
            {further.map((field) => (
              <SchemaField key={field.name} field={field} control={form.control} />
            ))}
          </div>
        </details>
      )}
      {errors.root && (
        <Alert variant="destructive">
          <AlertDescription>{errors.root.message}</AlertDescription>
        </Alert>
      )}
      <DialogFooter>
        <Button variant="outline" onClick={onClose}>
          {common('actions.cancel')}
        </Button>
        <Button type="submit" disabled={isSubmitting || isLeaving}>
          {isSubmitting || isLeaving
            ? t('connect.busy')
            : way.needs_consent
              ? t('connect.continue', { name: connector.name })
              : t(connection ? 'connect.try' : 'connect.connect')}
        </Button>
      </DialogFooter>
    </form>
  )
}

/** What a consent allows, and that nothing beyond it is asked for. */
function Scopes({ connector, way }: { connector: Connector; way: AuthMethod }) {
  const t = useT('connections')
  return (
    <div className="flex flex-col gap-2 rounded-lg border bg-muted/50 p-3">
      <p>{t(way.needs_consent ? 'connect.consent' : 'connect.allowed', { name: connector.name })}</p>
      <ul className="flex flex-col gap-1.5">
        {way.scopes.map(({ scope, reason }) => (
          <li key={scope} className="flex gap-2">
            <CheckIcon aria-hidden className="mt-0.5 size-4 shrink-0 text-positive" />
            <span className="min-w-0">
              {reason} <span className="font-mono text-xs break-all text-muted-foreground">{scope}</span>
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}
