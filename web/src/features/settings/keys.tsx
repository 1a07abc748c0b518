'use client'

import { EllipsisIcon, PlusIcon } from 'lucide-react'
import { parseAsBoolean } from 'nuqs'
import { lazy, Suspense, useMemo, useState } from 'react'
import { toast } from '@/lib/toast'
import { useConfirm } from '@/components/confirm'
import { columnsOf, DataTable, type ListQuery, useDataTable, useList } from '@/components/data-table'
import { Empty } from '@/components/empty'
import { Page } from '@/components/page'
import { useProblemText } from '@/components/problem-alert'
import { Status, type Tone } from '@/components/status'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu'
import { Label } from '@/components/ui/label'
import { Switch } from '@/components/ui/switch'
import { Ago, useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { useCan } from '@/lib/session'
import { type IssuedKey, type Key, stateOf, useKeys, useRevokeKey } from './keys-api'
import { type Secret, SecretDialog } from './secret-dialog'

// Forms come when they are asked for.
const CreateKeyDialog = lazy(() => import('./create-key-dialog'))
const RotateKeyDialog = lazy(() => import('./rotate-key-dialog'))

const columns = columnsOf<Key>()
const FILTERS = { ended: parseAsBoolean.withDefault(false) }
const SORTS = ['name']
const TONES: Record<ReturnType<typeof stateOf>, Tone> = {
  active: 'positive',
  replaced: 'warning',
  expired: 'neutral',
  revoked: 'negative',
}

const isLive = (key: Key) => ['active', 'replaced'].includes(stateOf(key))

/** What lets programs in as the company. */
export function Keys() {
  const t = useT('settings.keys')
  const format = useFormat()
  const { filters, setFilters, list } = useList({ filters: FILTERS, sorts: SORTS, defaultSort: 'name' })
  const keys = useKeys()
  const canCreate = useCan('createKey')
  const [isCreating, setCreating] = useState(false)
  const [rotated, setRotated] = useState<Key | null>(null)
  const [secret, setSecret] = useState<Secret | null>(null)
  const shown = keys.data?.items.filter((key) => filters.ended || isLive(key))
  const query = {
    ...keys,
    data: shown && { items: shown, next_cursor: null },
  } as ListQuery<Key>

  const show = (key: IssuedKey) =>
    setSecret({
      title: t('secretTitle', { name: key.name }),
      detail: t('secretDetail'),
      label: t('secretLabel'),
      value: key.secret,
    })

  // Made anew, the cells would lose what is open in them.
  const shownColumns = useMemo(
    () =>
      columns.columns([
        columns.accessor('name', {
          meta: { label: t('name'), stack: 'title', grow: true },
          cell: ({ row: { original } }) => (
            <div className="min-w-0">
              <p className="truncate font-medium">{original.name}</p>
              <code className="font-mono text-xs text-muted-foreground">{original.prefix}…</code>
            </div>
          ),
        }),
        columns.display({
          id: 'state',
          meta: { label: t('state') },
          cell: ({ row: { original } }) => {
            const state = stateOf(original)
            return <Status tone={TONES[state]}>{t(`states.${state}`)}</Status>
          },
        }),
        columns.accessor('scopes', {
          meta: { label: t('scopes') },
          cell: ({ getValue }) => <Scopes scopes={getValue()} />,
        }),
        columns.accessor('last_used_at', {
          meta: { label: t('lastUsed') },
          cell: ({ getValue }) => {
            const at = getValue()
            return at ? <Ago at={at} /> : <span className="text-muted-foreground">{t('neverUsed')}</span>
          },
        }),
        columns.accessor('expires_at', {
          meta: { label: t('expires') },
          cell: ({ row: { original } }) =>
            original.expires_at ? (
              <span title={format.instant(original.expires_at)}>
                {format.day(original.expires_at.slice(0, 10))}
              </span>
            ) : (
              t('never')
            ),
        }),
        columns.accessor('created_at', {
          meta: { label: t('made'), stack: 'hide' },
          cell: ({ row: { original } }) => (
            <span title={format.instant(original.created_at)}>
              {format.day(original.created_at.slice(0, 10))}
              {original.created_by && (
                <span className="block text-xs text-muted-foreground">{original.created_by}</span>
              )}
            </span>
          ),
        }),
        columns.display({
          id: 'actions',
          meta: { label: t('actions'), align: 'end', stack: 'aside' },
          cell: ({ row: { original } }) =>
            isLive(original) && <Actions apiKey={original} onRotate={() => setRotated(original)} />,
        }),
      ]),
    [t, format],
  )
  const table = useDataTable<Key>({
    name: 'api-keys',
    rows: shown,
    rowId: (row) => row.id,
    columns: shownColumns,
  })

  return (
    <Page
      title={t('title')}
      subtitle={t('subtitle')}
      actions={
        canCreate && (
          <Button onClick={() => setCreating(true)}>
            <PlusIcon className="size-4" aria-hidden />
            {t('create')}
          </Button>
        )
      }
      filters={
        <Label className="flex items-center gap-2 font-normal">
          <Switch checked={filters.ended} onCheckedChange={(ended) => setFilters({ ended: ended || null })} />
          {t('showEnded')}
        </Label>
      }
    >
      <DataTable
        table={table}
        caption={t('title')}
        query={query}
        list={list}
        rowLabel={(row) => row.name}
        empty={
          <Empty
            title={t('none')}
            detail={t('noneDetail')}
            action={canCreate && <Button onClick={() => setCreating(true)}>{t('create')}</Button>}
          />
        }
      />
      <Suspense>
        {isCreating && <CreateKeyDialog onClose={() => setCreating(false)} onIssued={show} />}
        {rotated && <RotateKeyDialog apiKey={rotated} onClose={() => setRotated(null)} onIssued={show} />}
      </Suspense>
      <SecretDialog secret={secret} onClose={() => setSecret(null)} />
    </Page>
  )
}

function Scopes({ scopes }: { scopes: string[] }) {
  const t = useT('settings.keys')
  const first = scopes.slice(0, 2)
  return (
    <span className="flex flex-wrap gap-1" title={scopes.join(', ')}>
      {first.map((scope) => (
        <Badge key={scope}>{scope === '*' ? t('width.everything') : scope}</Badge>
      ))}
      {scopes.length > 2 && <Badge variant="outline">{t('more', { count: scopes.length - 2 })}</Badge>}
    </span>
  )
}

function Actions({ apiKey, onRotate }: { apiKey: Key; onRotate: () => void }) {
  const t = useT('settings.keys')
  const confirm = useConfirm()
  const describe = useProblemText()
  const revoke = useRevokeKey()
  const canRotate = useCan('rotateKey') && !apiKey.replaced_by
  const canRevoke = useCan('revokeKey')
  const end = async () => {
    const question = {
      title: t('revokeTitle', { name: apiKey.name }),
      detail: t('revokeDetail', { prefix: apiKey.prefix }),
      action: t('revoke'),
    }
    if (!(await confirm({ ...question, tone: 'destructive' }))) return
    revoke.mutate(
      { params: { path: { key_id: apiKey.id } } },
      {
        onSuccess: () => toast.success(t('revoked', { name: apiKey.name })),
        onError: (error) => toast.error(describe(error).title, { description: describe(error).detail }),
      },
    )
  }
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="ghost" size="icon" aria-label={t('actionsOf', { name: apiKey.name })}>
          <EllipsisIcon className="size-4" aria-hidden />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        {canRotate && <DropdownMenuItem onSelect={onRotate}>{t('rotate')}</DropdownMenuItem>}
        {canRevoke && (
          <DropdownMenuItem variant="destructive" onSelect={() => void end()}>
            {t('revoke')}
          </DropdownMenuItem>
        )}
      </DropdownMenuContent>
    </DropdownMenu>
  )
}
