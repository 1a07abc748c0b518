'use client'

import { Controller, useForm } from 'react-hook-form'
import { SchemaField, type WithConfig } from '@/components/schema-field'
import { toast } from '@/lib/toast'
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
import { Switch } from '@/components/ui/switch'
import { client } from '@/lib/api'
import { configOf, entriesOf, type FormField, fieldsOf } from '@/lib/form-fields'
import { useT } from '@/lib/i18n'
import { applyProblem, asProblem } from '@/lib/problem'
import { type AuthMethod, type Connection, type Connector, readForChange, useRefresh } from './api'

interface ConnectionValues extends WithConfig {
  name: string
  /** Whether the hub may write documents there. */
  write_back: boolean
}

/** What a person may set without consenting anew: of a consent only the connector's own settings. */
export function settable(way: AuthMethod | undefined, sealed: readonly string[]): FormField[] {
  const fields = fieldsOf(way?.form ?? {}, sealed)
  return way?.needs_consent
    ? fields.filter(({ name, control }) => !['secret', 'key'].includes(control) && name !== 'client_id')
    : fields
}

/** Call a connection something else, or set it anew. What opens it is tried before it takes the place of what did. */
export function SettingsDialog({
  connection,
  connector,
  onClose,
}: {
  connection: Connection
  connector: Connector
  onClose: () => void
}) {
  const t = useT('connections')
  const common = useT('common')
  const schema = useT('schemaForm')
  const refresh = useRefresh()
  const way = connector.auth_methods.find(({ method }) => method === connection.auth_method)
  const fields = settable(way, connection.sealed)
  const form = useForm<ConnectionValues>({
    mode: 'onTouched',
    defaultValues: {
      name: connection.name,
      config: entriesOf(fields, connection.config),
      write_back: connection.write_back,
    },
  })
  const { errors, isSubmitting, dirtyFields } = form.formState

  const save = form.handleSubmit(async ({ name, config, write_back: writesBack }) => {
    try {
      // The version of what is changed: what was shown when the dialog was opened, unless somebody was faster.
      const { connection: current, version } = await readForChange(connection.id)
      if (
        current.name !== connection.name ||
        JSON.stringify(current.config) !== JSON.stringify(connection.config)
      ) {
        form.setError('root', { message: common('problem.conflict.detail') })
        return
      }
      await client.PATCH('/api/connections/{connection_id}', {
        params: { path: { connection_id: connection.id }, header: { 'If-Match': version } },
        body: {
          ...(dirtyFields.name ? { name: name.trim() } : {}),
          ...(dirtyFields.config ? { config: configOf(fields, config, connection.config) } : {}),
          ...(dirtyFields.write_back ? { write_back: writesBack } : {}),
        },
      })
      toast.success(t('settings.saved', { name: name.trim() }))
      await refresh()
      onClose()
    } catch (error) {
      if (asProblem(error).status === 412)
        form.setError('root', { message: common('problem.conflict.detail') })
      else applyProblem(form, error)
    }
  })

  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>{t('settings.title', { name: connection.name })}</DialogTitle>
          <DialogDescription>
            {t(way?.needs_consent ? 'settings.detailConsent' : 'settings.detail')}
          </DialogDescription>
        </DialogHeader>
        <form onSubmit={(event) => void save(event)} className="flex flex-col gap-4" noValidate>
          <Field label={t('settings.name')} error={errors.name?.message}>
            <Input
              {...form.register('name', { validate: (name) => Boolean(name.trim()) || schema('required') })}
              maxLength={200}
              autoComplete="off"
            />
          </Field>
          {fields.map((field) => (
            <SchemaField key={field.name} field={field} control={form.control} />
          ))}
          {connection.can_write && (
            <Controller
              control={form.control}
              name="write_back"
              render={({ field }) => (
                <Field
                  label={t('settings.writeBack')}
                  help={t('settings.writeBackHelp')}
                  layout="inline"
                  error={errors.write_back?.message}
                >
                  <Switch checked={field.value ?? false} onCheckedChange={field.onChange} />
                </Field>
              )}
            />
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
            <Button type="submit" disabled={isSubmitting}>
              {common(isSubmitting ? 'actions.saving' : 'actions.save')}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  )
}
