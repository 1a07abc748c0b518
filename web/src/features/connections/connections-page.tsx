'use client'

import { UploadIcon } from 'lucide-react'
import { useQueryState } from 'nuqs'
import { Empty } from '@/components/empty'
import { Page } from '@/components/page'
import { Region } from '@/components/region'
import { Button } from '@/components/ui/button'
import { Card, CardContent, CardFooter } from '@/components/ui/card'
import { Skeleton } from '@/components/ui/skeleton'
import { fieldsOf } from '@/lib/form-fields'
import { useT } from '@/lib/i18n'
import { Link, useRouter } from '@/lib/nav'
import { useCan } from '@/lib/session'
import { type Connector, useConnections, useConnectors } from './api'
import { ConnectDialog } from './connect-dialog'
import { ConnectionCard, Monogram } from './connection-card'
import { Notices } from './notices'

const GRID = 'grid gap-4 md:grid-cols-2 xl:grid-cols-3'
const STANDING_LAST = ['disconnected', 'paused']

/** All that is connected, and all that can be. The provider in the address's `connect` is the one being connected. */
export function ConnectionsPage() {
  const t = useT('connections')
  const router = useRouter()
  const connections = useConnections()
  const connectors = useConnectors()
  const canConnect = useCan('createConnection')
  const canImport = useCan('importInvoices')
  const [connecting, setConnecting] = useQueryState('connect', { history: 'push' })
  const nameOf = (slug: string) => connectors.data?.items.find((each) => each.slug === slug)?.name ?? slug
  const chosen = connectors.data?.items.find(
    ({ slug, is_connectable }) => slug === connecting && is_connectable,
  )

  return (
    <Page
      title={t('title')}
      subtitle={t('subtitle')}
      actions={
        canImport && (
          <Button asChild variant="outline">
            <Link href="/connections/import/">
              <UploadIcon aria-hidden className="size-4" />
              {t('import')}
            </Link>
          </Button>
        )
      }
    >
      <Notices />
      <section aria-labelledby="connected" className="flex flex-col gap-3">
        <h2 id="connected" className="text-base font-semibold">
          {t('connected')}
        </h2>
        <Region
          query={connections}
          skeleton={<Cards count={2} className="h-64" />}
          isEmpty={({ items }) => items.length === 0}
          empty={
            <Card>
              <Empty title={t('empty.title')} detail={t(canConnect ? 'empty.detail' : 'empty.ask')} />
            </Card>
          }
        >
          {({ items }) => (
            <ul className={GRID}>
              {[...items]
                .sort((a, b) => STANDING_LAST.indexOf(a.status) - STANDING_LAST.indexOf(b.status))
                .map((connection) => (
                  <li key={connection.id} className="min-w-0">
                    <ConnectionCard connection={connection} provider={nameOf(connection.connector)} />
                  </li>
                ))}
            </ul>
          )}
        </Region>
      </section>
      <section aria-labelledby="available" className="flex flex-col gap-3">
        <h2 id="available" className="text-base font-semibold">
          {t('available')}
        </h2>
        <Region query={connectors} skeleton={<Cards count={4} className="h-44" />}>
          {({ items }) => (
            <ul className={GRID}>
              {items.map((connector) => (
                <li key={connector.slug} className="min-w-0">
                  <ConnectorCard
                    connector={connector}
                    canConnect={connector.is_connectable ? canConnect : canImport}
                    onConnect={() => void setConnecting(connector.slug)}
                  />
                </li>
              ))}
            </ul>
          )}
        </Region>
      </section>
      {canConnect && chosen && (
        <ConnectDialog
          connector={chosen}
          onClose={() => void setConnecting(null)}
          // Without closing it first: the page that it is on goes away.
          onStarted={(id, jobId) => router.push(`/connections/view/?id=${id}${jobId ? `&job=${jobId}` : ''}`)}
        />
      )}
    </Page>
  )
}

function Cards({ count, className }: { count: number; className: string }) {
  return (
    <div className={GRID}>
      {Array.from({ length: count }, (_, index) => (
        <Skeleton key={index} className={className} />
      ))}
    </div>
  )
}

function ConnectorCard({
  connector,
  canConnect,
  onConnect,
}: {
  connector: Connector
  canConnect: boolean
  onConnect: () => void
}) {
  const t = useT('connections')
  const { name, summary, is_connectable: isConnectable } = connector
  return (
    <Card className="h-full">
      <CardContent className="flex flex-1 items-start gap-3">
        <Monogram name={name} />
        <div className="flex min-w-0 flex-1 flex-col gap-2">
          <h3 className="font-semibold">{name}</h3>
          <p className="text-muted-foreground">{summary}</p>
          <div className="text-xs text-muted-foreground">
            <p className="font-medium text-foreground">{t('needed')}</p>
            <Needed connector={connector} />
          </div>
        </div>
      </CardContent>
      {canConnect && (
        <CardFooter>
          {isConnectable ? (
            <Button variant="outline" onClick={onConnect} aria-label={t('connectTo', { name })}>
              {t('connect.connect')}
            </Button>
          ) : (
            <Button asChild variant="outline">
              <Link href="/connections/import/">{t('import')}</Link>
            </Button>
          )}
        </CardFooter>
      )}
    </Card>
  )
}

/** What somebody has to have at hand to connect a provider: an account to sign in with, or what its form asks for. */
function Needed({ connector }: { connector: Connector }) {
  const t = useT('connections')
  if (!connector.is_connectable) return <p>{t('needs.file')}</p>
  const ways = connector.auth_methods.map((way) => {
    const asked = fieldsOf(way.form)
      .filter(({ isRequired }) => isRequired)
      .map(({ title }) => title)
    if (!way.needs_consent) return asked.join(', ')
    return asked.length
      ? t('needs.signInAnd', { name: connector.name, fields: asked.join(', ') })
      : t('needs.signIn', { name: connector.name })
  })
  return ways.length === 1 ? (
    <p>{ways[0]}</p>
  ) : (
    <ul>
      {ways.map((way, index) => (
        <li key={way}>{index > 0 ? t('needs.or', { way }) : way}</li>
      ))}
    </ul>
  )
}
