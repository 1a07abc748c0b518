'use client'

import { PlusIcon } from 'lucide-react'
import { lazy, Suspense, useMemo, useState } from 'react'
import { toast } from '@/lib/toast'
import {
  columnsOf,
  DataTable,
  type ListQuery,
  Pagination,
  useDataTable,
  useList,
} from '@/components/data-table'
import { Empty } from '@/components/empty'
import { Page } from '@/components/page'
import { Status } from '@/components/status'
import { Button } from '@/components/ui/button'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { useCan } from '@/lib/session'
import { AuditTable } from './audit'
import { type Secret, SecretDialog } from './secret-dialog'
import type { NewTenant } from './tenant-dialog'
import {
  type AddedMember,
  type InstalledTenant,
  useCreateTenant,
  useInviteAdmin,
  useTenants,
} from './tenants-api'

// Forms come when they are asked for.
const InviteDialog = lazy(() => import('./invite-dialog'))
const TenantDialog = lazy(() => import('./tenant-dialog'))

const columns = columnsOf<InstalledTenant>()
const NO_FILTERS = {}
const SORTS = ['key']

/** The companies of this installation, for its operators; nothing of what they hold. */
export function Tenants() {
  const t = useT('settings.tenants')
  const members = useT('settings.members')
  const format = useFormat()
  const { list } = useList({ filters: NO_FILTERS, sorts: SORTS, defaultSort: 'key' })
  const tenants = useTenants(list.per, list.cursor)
  const create = useCreateTenant()
  const inviteAdmin = useInviteAdmin()
  const canCreate = useCan('createTenant')
  const canInvite = useCan('inviteAdmin')
  const canAudit = useCan('listInstallationAudit')
  const [isCreating, setCreating] = useState(false)
  const [inviting, setInviting] = useState<InstalledTenant | null>(null)
  const [secret, setSecret] = useState<Secret | null>(null)

  const tell = (admin: AddedMember | null, tenant: string) => {
    if (!admin?.sign_in) {
      toast.success(admin ? t('invited', { email: admin.email, tenant }) : t('created', { tenant }))
      return
    }
    setSecret({
      title: members('link.title', { email: admin.email }),
      detail: members('link.detail', { until: format.instant(admin.sign_in.expires_at) }),
      label: members('link.label'),
      value: admin.sign_in.sign_in_link,
    })
  }
  const make = async ({ key, admin_email, ...rest }: NewTenant) => {
    const body = { ...rest, ...(key ? { key } : {}), ...(admin_email ? { admin_email } : {}) }
    const made = await create.mutateAsync({ body })
    tell(made.admin, made.name)
    create.reset()
  }

  // Made anew, the cells would lose what is open in them.
  const shownColumns = useMemo(
    () =>
      columns.columns([
        columns.accessor('name', {
          meta: { label: t('name'), stack: 'title', grow: true },
          cell: ({ row: { original } }) => (
            <div className="min-w-0">
              <p className="truncate font-medium">{original.name}</p>
              <code className="font-mono text-xs text-muted-foreground">{original.key}</code>
            </div>
          ),
        }),
        columns.accessor('status', {
          meta: { label: t('state') },
          cell: ({ row: { original } }) =>
            original.status === 'active' ? (
              <Status tone="positive">{t('active')}</Status>
            ) : (
              <span title={t('lagsHelp')}>
                <Status tone="negative">{t('lags', { version: original.schema_version })}</Status>
              </span>
            ),
        }),
        columns.accessor('home_currency', {
          meta: { label: t('currency') },
          cell: ({ getValue }) => getValue(),
        }),
        columns.accessor('time_zone', { meta: { label: t('timeZone') }, cell: ({ getValue }) => getValue() }),
        columns.accessor('created_at', {
          meta: { label: t('since') },
          cell: ({ getValue }) => format.instant(getValue()),
        }),
        columns.display({
          id: 'actions',
          meta: { label: t('actions'), align: 'end', stack: 'aside' },
          cell: ({ row: { original } }) =>
            canInvite && (
              <Button
                variant="outline"
                size="sm"
                aria-label={t('inviteOf', { tenant: original.name })}
                onClick={() => setInviting(original)}
              >
                {t('invite')}
              </Button>
            ),
        }),
      ]),
    [t, format, canInvite],
  )
  const table = useDataTable<InstalledTenant>({
    name: 'tenants',
    rows: tenants.data?.items,
    rowId: (row) => row.key,
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
    >
      <DataTable
        table={table}
        caption={t('title')}
        query={tenants as ListQuery<InstalledTenant>}
        list={list}
        rowLabel={(row) => row.name}
        empty={
          <Empty
            title={t('none')}
            action={canCreate && <Button onClick={() => setCreating(true)}>{t('create')}</Button>}
          />
        }
      />
      {(tenants.data?.next_cursor ?? list.cursor) && (
        <Pagination list={list} page={tenants.data} total={undefined} />
      )}
      {canAudit && (
        <section aria-label={t('audit')} className="mt-4 flex flex-col gap-4">
          <h2 className="text-base font-semibold">{t('audit')}</h2>
          <AuditTable of="installation" prefix="a_" />
        </section>
      )}
      <Suspense>
        {isCreating && <TenantDialog onClose={() => setCreating(false)} onCreate={make} />}
        {inviting && (
          <InviteDialog
            title={t('inviteTitle', { tenant: inviting.name })}
            detail={t('inviteDetail')}
            withRole={false}
            onClose={() => setInviting(null)}
            onInvite={async ({ email, name }) => {
              const params = { path: { key: inviting.key } }
              tell(await inviteAdmin.mutateAsync({ params, body: { email, name } }), inviting.name)
              inviteAdmin.reset()
            }}
          />
        )}
      </Suspense>
      <SecretDialog secret={secret} onClose={() => setSecret(null)} />
    </Page>
  )
}
