'use client'

import { CopyIcon } from 'lucide-react'
import { useState } from 'react'
import { Facts } from '@/components/definition-list'
import { Status } from '@/components/status'
import { Button } from '@/components/ui/button'
import { Card, CardContent, CardHeader, CardTitle } from '@/components/ui/card'
import { Ago, NONE, useFormat } from '@/lib/format'
import { fieldsOf } from '@/lib/form-fields'
import { useT } from '@/lib/i18n'
import type { Connection, Connector } from './api'

/** Whose books, how they are opened and until when, what was entered, and what the provider announces. */
export function Details({
  connection,
  connector,
}: {
  connection: Connection
  connector: Connector | undefined
}) {
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <Company connection={connection} connector={connector} />
      <Access connection={connection} connector={connector} />
      <Announcements connection={connection} />
      <Entered connection={connection} connector={connector} />
    </div>
  )
}

function Company({ connection, connector }: { connection: Connection; connector: Connector | undefined }) {
  const t = useT('connections')
  const { instant } = useFormat()
  const { account } = connection
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t('details.company')}</CardTitle>
      </CardHeader>
      <CardContent>
        <Facts
          items={[
            {
              label: t('details.provider'),
              value: connector ? `${connector.name} (${connector.version})` : connection.connector,
            },
            { label: t('details.organisation'), value: account?.name ?? NONE },
            {
              label: t('details.account'),
              value: account ? <span className="font-mono text-xs">{account.id}</span> : NONE,
            },
            { label: t('details.currency'), value: account?.home_currency ?? NONE },
            { label: t('details.timeZone'), value: account?.time_zone ?? NONE },
            { label: t('details.since'), value: instant(connection.created_at) },
            {
              label: t('details.lastFull'),
              value: connection.last_full_run_at ? instant(connection.last_full_run_at) : t('facts.never'),
            },
          ]}
        />
      </CardContent>
    </Card>
  )
}

/** Whether the hub may write credit memos there, and whether the provider would let it. */
function Writing({ connection }: { connection: Connection }) {
  const t = useT('connections')
  if (!connection.write_back) return <Status tone="neutral">{t('details.writingOff')}</Status>
  return connection.write_granted ? (
    <Status tone="positive">{t('details.writingOn')}</Status>
  ) : (
    <Status tone="warning" className="whitespace-normal">
      {t('details.writingAsk')}
    </Status>
  )
}

function Access({ connection, connector }: { connection: Connection; connector: Connector | undefined }) {
  const t = useT('connections')
  const { instant } = useFormat()
  const way = connector?.auth_methods.find(({ method }) => method === connection.auth_method)
  const { health } = connection
  if (connection.auth_method === null) return null
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t('details.access')}</CardTitle>
      </CardHeader>
      <CardContent>
        <Facts
          items={[
            { label: t('details.way'), value: way?.title ?? connection.auth_method },
            ...(health
              ? [
                  {
                    label: t('details.token'),
                    value: health.is_dead ? (
                      <Status tone="negative">{t('details.dead')}</Status>
                    ) : (
                      <Status tone="positive">{t('details.alive')}</Status>
                    ),
                  },
                  { label: t('details.granted'), value: instant(health.granted_at) },
                  { label: t('details.renewed'), value: <Ago at={health.renewed_at} /> },
                  {
                    label: t('details.ends'),
                    value: health.ends_at
                      ? t('details.endsIn', { day: instant(health.ends_at), days: health.days_left ?? 0 })
                      : t('details.endsNever'),
                  },
                ]
              : []),
            ...(connection.sealed.length
              ? [{ label: t('details.sealed'), value: connection.sealed.join(', ') }]
              : []),
            ...(connection.can_write
              ? [{ label: t('details.writing'), value: <Writing connection={connection} /> }]
              : []),
          ]}
        />
      </CardContent>
    </Card>
  )
}

function Announcements({ connection }: { connection: Connection }) {
  const t = useT('connections')
  const { webhook_address: address, announcements } = connection
  if (connection.auth_method === null) return null
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t('details.webhooks')}</CardTitle>
      </CardHeader>
      <CardContent>
        {address === null ? (
          <p className="text-muted-foreground">{t('details.noWebhooks')}</p>
        ) : (
          <Facts
            items={[
              {
                label: t('details.received'),
                value: announcements?.received_at ? (
                  <Status tone="positive">
                    <Ago at={announcements.received_at} />
                  </Status>
                ) : (
                  <Status tone="neutral" className="whitespace-normal">
                    {t('details.neverReceived')}
                  </Status>
                ),
              },
              { label: t('details.newest'), value: announcements?.outcome ?? NONE },
              { label: t('details.waiting'), value: announcements?.waiting ?? 0 },
              { label: t('details.address'), value: <Copied text={address} /> },
            ]}
          />
        )}
      </CardContent>
    </Card>
  )
}

function Copied({ text }: { text: string }) {
  const common = useT('common')
  const [isCopied, setCopied] = useState(false)
  return (
    <span className="flex items-start gap-1">
      <span className="min-w-0 font-mono text-xs break-all">{text}</span>
      <Button
        variant="ghost"
        size="sm"
        aria-label={common('actions.copy')}
        onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
      >
        <CopyIcon aria-hidden className="size-3.5" />
        <span role="status">{isCopied && common('actions.copied')}</span>
      </Button>
    </span>
  )
}

function Entered({ connection, connector }: { connection: Connection; connector: Connector | undefined }) {
  const t = useT('connections')
  const way = connector?.auth_methods.find(({ method }) => method === connection.auth_method)
  const titles = new Map(fieldsOf(way?.form ?? {}).map(({ name, title }) => [name, title]))
  const entries = Object.entries(connection.config)
  if (entries.length === 0) return null
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t('details.entered')}</CardTitle>
      </CardHeader>
      <CardContent>
        <Facts
          items={entries.map(([name, value]) => ({
            label: titles.get(name) ?? name,
            value: Array.isArray(value)
              ? value.join(', ')
              : typeof value === 'object'
                ? JSON.stringify(value)
                : String(value),
          }))}
        />
      </CardContent>
    </Card>
  )
}
