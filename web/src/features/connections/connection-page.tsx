'use client'

import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { useCallback, useEffect, useRef } from 'react'
import { Empty } from '@/components/empty'
import { Page } from '@/components/page'
import { Region } from '@/components/region'
import { Button } from '@/components/ui/button'
import { Skeleton } from '@/components/ui/skeleton'
import { Tabs, TabsContent, TabsList, TabsTrigger } from '@/components/ui/tabs'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import { useCan } from '@/lib/session'
import { type Connection, type Connector, useConnection, useConnectors, useRefresh } from './api'
import { ConnectDialog } from './connect-dialog'
import { ConnectionStatus } from './connection-card'
import { ChooseAccount, Outcome, Trial, Trouble } from './connection-messages'
import { ConnectionActions } from './connection-actions'
import { Details } from './details'
import { Freshness } from './freshness'
import { Runs } from './runs'
import { SettingsDialog } from './settings-dialog'
import { SyncProgress } from './sync-progress'
import { TieOutReport } from './tie-out'

const TABS = ['activity', 'tie-out', 'details'] as const
const OUTCOMES = ['checking', 'denied', 'refused', 'failed'] as const
const QUERY = {
  id: parseAsString,
  // With these the hub sends a browser here that comes back from the provider.
  connection: parseAsString,
  outcome: parseAsStringLiteral(OUTCOMES),
  job: parseAsString,
  tab: parseAsStringLiteral(TABS).withDefault('activity'),
  connect: parseAsStringLiteral(['again', 'settings'] as const),
}

/** One connection: whose books, how it fares, what each run brought, whether it ties out, and what can be done. */
export function ConnectionPage() {
  const t = useT('connections')
  const [query, setQuery] = useQueryStates(QUERY)
  const id = query.id ?? query.connection
  useEffect(() => {
    if (query.connection) void setQuery({ id: query.connection, connection: null }, { history: 'replace' })
  }, [query.connection, setQuery])
  const connection = useConnection(id)
  const connectors = useConnectors()
  const connector = connectors.data?.items.find(({ slug }) => slug === connection.data?.connector)
  const open = (connect: 'again' | 'settings') => void setQuery({ connect }, { history: 'push' })

  return (
    <Page
      title={connection.data?.name ?? t('one')}
      subtitle={connection.data && <Subtitle connection={connection.data} connector={connector} />}
      actions={
        connection.data && (
          <ConnectionActions connection={connection.data} connector={connector} onOpen={open} />
        )
      }
    >
      {query.outcome && query.outcome !== 'checking' && <Outcome outcome={query.outcome} />}
      {id === null ? (
        <Empty
          title={t('noneChosen')}
          action={
            <Button asChild variant="outline">
              <Link href="/connections/">{t('title')}</Link>
            </Button>
          }
        />
      ) : (
        <Region query={connection} skeleton={<Skeleton className="h-96" />}>
          {(found) => (
            <Content
              connection={found}
              connector={connector}
              jobId={query.job}
              tab={query.tab}
              onTab={(tab) => void setQuery({ tab }, { history: 'push' })}
              onOpen={open}
            />
          )}
        </Region>
      )}
      {connection.data && connector && (
        <Dialogs
          connection={connection.data}
          connector={connector}
          which={query.connect}
          onClose={() => void setQuery({ connect: null })}
          onStarted={(job) => void setQuery({ connect: null, outcome: null, job })}
        />
      )}
    </Page>
  )
}

interface ContentProps {
  connection: Connection
  connector: Connector | undefined
  jobId: string | null
  tab: (typeof TABS)[number]
  onTab: (tab: (typeof TABS)[number]) => void
  onOpen: (which: 'again' | 'settings') => void
}

function Content({ connection, connector, jobId, tab, onTab, onOpen }: ContentProps) {
  const t = useT('connections')
  const refresh = useRefresh()
  const provider = connector?.name ?? connection.connector
  const { sync } = connection
  const onOver = useCallback(() => void refresh(), [refresh])
  const isUnderWay = sync?.is_under_way ?? false
  const wasUnderWay = useRef(isUnderWay)
  useEffect(() => {
    // What a run has changed is known once it has ended: its row, the tie-out, the notices.
    if (wasUnderWay.current && !isUnderWay) onOver()
    wasUnderWay.current = isUnderWay
  }, [isUnderWay, onOver])
  return (
    <div className="flex flex-col gap-4">
      <Trouble connection={connection} provider={provider} onReconnect={() => onOpen('again')} />
      {jobId && (connection.is_being_tried || connection.status === 'pending') && (
        <Trial jobId={jobId} provider={provider} onOver={onOver} />
      )}
      {connection.status === 'choose_account' && <ChooseAccount connection={connection} />}
      {sync?.is_under_way && sync.newest_run && <SyncProgress runId={sync.newest_run.id} />}
      <Freshness connection={connection} />
      <Tabs value={tab} onValueChange={(next) => onTab(TABS.find((each) => each === next) ?? 'activity')}>
        <TabsList aria-label={connection.name}>
          {TABS.map((each) => (
            <TabsTrigger key={each} value={each}>
              {t(`tabs.${each}`)}
            </TabsTrigger>
          ))}
        </TabsList>
        <TabsContent value="activity">
          <Runs connectionId={connection.id} newest={sync?.newest_run?.id ?? null} />
        </TabsContent>
        <TabsContent value="tie-out">
          <TieOutReport connectionId={connection.id} provider={provider} />
        </TabsContent>
        <TabsContent value="details">
          <Details connection={connection} connector={connector} />
        </TabsContent>
      </Tabs>
    </div>
  )
}

function Subtitle({ connection, connector }: { connection: Connection; connector: Connector | undefined }) {
  const names = [connector?.name ?? connection.connector, connection.account?.name]
  return (
    <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <ConnectionStatus connection={connection} />
      <span>{names.filter((name) => name && name !== connection.name).join(' · ')}</span>
    </span>
  )
}

function Dialogs({
  connection,
  connector,
  which,
  onClose,
  onStarted,
}: {
  connection: Connection
  connector: Connector
  which: 'again' | 'settings' | null
  onClose: () => void
  onStarted: (jobId: string | null) => void
}) {
  const canReconnect = useCan('reconnectConnection')
  const canChange = useCan('updateConnection')
  if (which === 'again' && canReconnect && connector.is_connectable) {
    return (
      <ConnectDialog
        connector={connector}
        connection={connection}
        onClose={onClose}
        onStarted={(_, jobId) => onStarted(jobId)}
      />
    )
  }
  if (which === 'settings' && canChange) {
    return <SettingsDialog connection={connection} connector={connector} onClose={onClose} />
  }
  return null
}
