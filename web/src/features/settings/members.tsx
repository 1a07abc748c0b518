'use client'

import { EllipsisIcon, PlusIcon } from 'lucide-react'
import { lazy, Suspense, useCallback, useMemo, useState } from 'react'
import { toast } from '@/lib/toast'
import { useConfirm } from '@/components/confirm'
import {
  columnsOf,
  DataTable,
  type ListQuery,
  Pagination,
  useDataTable,
  useList,
} from '@/components/data-table'
import { Page } from '@/components/page'
import { useProblemText } from '@/components/problem-alert'
import { Status } from '@/components/status'
import { Button } from '@/components/ui/button'
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu'
import { Ago, useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { useCan, useSession } from '@/lib/session'
import type { Invitation } from './invite-dialog'
import {
  type Member,
  useAddMember,
  useMemberLink,
  useMembers,
  useRemoveMember,
  useUpdateMember,
} from './members-api'
import { type MemberRole, RoleSelect } from './role-select'
import { type Secret, SecretDialog } from './secret-dialog'

// Forms come when they are asked for.
const InviteDialog = lazy(() => import('./invite-dialog'))

const columns = columnsOf<Member>()
const NO_FILTERS = {}
const SORTS = ['email']

/** Who works in the company, and as what. */
export function Members() {
  const t = useT('settings.members')
  const format = useFormat()
  const { list } = useList({ filters: NO_FILTERS, sorts: SORTS, defaultSort: 'email' })
  const members = useMembers(list.per, list.cursor)
  const add = useAddMember()
  const canAdd = useCan('addMember')
  const [isInviting, setInviting] = useState(false)
  const [secret, setSecret] = useState<Secret | null>(null)
  const lastAdmin = list.cursor === null ? onlyAdmin(members.data) : null

  const showLink = useCallback(
    (email: string, link: { sign_in_link: string; expires_at: string }) =>
      setSecret({
        title: t('link.title', { email }),
        detail: t('link.detail', { until: format.instant(link.expires_at) }),
        label: t('link.label'),
        value: link.sign_in_link,
      }),
    [t, format],
  )

  const invite = async (body: Invitation) => {
    const added = await add.mutateAsync({ body })
    if (added.sign_in) showLink(added.email, added.sign_in)
    else toast.success(t('added', { email: added.email }), { description: t('addedDetail') })
    add.reset()
  }

  // Made anew, the cells would lose what is open in them.
  const shownColumns = useMemo(
    () =>
      columns.columns([
        columns.accessor('email', {
          meta: { label: t('person'), stack: 'title', grow: true },
          cell: ({ row: { original } }) => <Who member={original} />,
        }),
        columns.accessor('role', {
          meta: { label: t('role') },
          cell: ({ row: { original } }) => (
            <RoleCell member={original} isLastAdmin={original.user_id === lastAdmin} />
          ),
        }),
        columns.display({
          id: 'state',
          meta: { label: t('state') },
          cell: ({ row: { original } }) =>
            original.is_disabled ? (
              <Status tone="negative">{t('disabled')}</Status>
            ) : original.is_pending ? (
              <Status tone="warning">{t('pending')}</Status>
            ) : (
              <Status tone="positive">{t('active')}</Status>
            ),
        }),
        columns.accessor('last_seen_at', {
          meta: { label: t('lastSeen') },
          cell: ({ getValue }) => {
            const at = getValue()
            return at ? <Ago at={at} /> : <span className="text-muted-foreground">{t('notSeen')}</span>
          },
        }),
        columns.accessor('added_at', {
          meta: { label: t('since'), stack: 'hide' },
          cell: ({ getValue }) => format.instant(getValue()),
        }),
        columns.display({
          id: 'actions',
          meta: { label: t('actions'), align: 'end', stack: 'aside' },
          cell: ({ row: { original } }) => (
            <Actions member={original} isLastAdmin={original.user_id === lastAdmin} onLink={showLink} />
          ),
        }),
      ]),
    [t, format, lastAdmin, showLink],
  )
  const table = useDataTable<Member>({
    name: 'members',
    rows: members.data?.items,
    rowId: (row) => row.user_id,
    columns: shownColumns,
  })

  return (
    <Page
      title={t('title')}
      subtitle={t('subtitle')}
      actions={
        canAdd && (
          <Button onClick={() => setInviting(true)}>
            <PlusIcon className="size-4" aria-hidden />
            {t('invite')}
          </Button>
        )
      }
    >
      <DataTable
        table={table}
        caption={t('title')}
        query={members as ListQuery<Member>}
        list={list}
        rowLabel={(row) => row.email}
        empty={null}
      />
      {(members.data?.next_cursor ?? list.cursor) && (
        <Pagination list={list} page={members.data} total={undefined} />
      )}
      <Suspense>
        {isInviting && (
          <InviteDialog
            title={t('inviteTitle')}
            detail={t('inviteDetail')}
            onInvite={invite}
            onClose={() => setInviting(false)}
          />
        )}
      </Suspense>
      <SecretDialog secret={secret} onClose={() => setSecret(null)} />
    </Page>
  )
}

function Who({ member }: { member: Member }) {
  const t = useT('settings.members')
  const session = useSession()
  return (
    <div className="min-w-0">
      <p className="truncate font-medium">
        {member.name || member.email}
        {member.user_id === session.user.id && (
          <span className="font-normal text-muted-foreground"> {t('you')}</span>
        )}
      </p>
      {member.name && <p className="truncate text-xs text-muted-foreground">{member.email}</p>}
    </div>
  )
}

function RoleCell({ member, isLastAdmin }: { member: Member; isLastAdmin: boolean }) {
  const t = useT('settings.members')
  const common = useT('common')
  const session = useSession()
  const confirm = useConfirm()
  const describe = useProblemText()
  const update = useUpdateMember()
  const canChange = useCan('updateMember')
  if (!canChange || isLastAdmin)
    return <span title={isLastAdmin ? t('lastAdmin') : undefined}>{common(`role.${member.role}`)}</span>

  const change = async (role: MemberRole) => {
    if (role === member.role) return
    const isOneself = member.user_id === session.user.id
    const question = { title: t('demote.title'), detail: t('demote.detail'), action: t('demote.action') }
    if (isOneself && !(await confirm({ ...question, tone: 'destructive' }))) return
    update.mutate(
      { params: { path: { user_id: member.user_id } }, body: { role } },
      {
        onSuccess: () =>
          toast.success(t('roleChanged', { person: member.email, role: common(`role.${role}`) })),
        onError: (error) => toast.error(describe(error).title, { description: describe(error).detail }),
      },
    )
  }
  return (
    <RoleSelect
      value={update.isPending ? (update.variables.body.role as MemberRole) : member.role}
      onChange={(role) => void change(role)}
      disabled={update.isPending}
      className="w-32"
      aria-label={t('roleOf', { person: member.email })}
    />
  )
}

function Actions({
  member,
  isLastAdmin,
  onLink,
}: {
  member: Member
  isLastAdmin: boolean
  onLink: (email: string, link: { sign_in_link: string; expires_at: string }) => void
}) {
  const t = useT('settings.members')
  const confirm = useConfirm()
  const describe = useProblemText()
  const link = useMemberLink()
  const remove = useRemoveMember()
  const canLink = useCan('createSignInLink') && !member.is_disabled
  const canRemove = useCan('removeMember')
  if (!canLink && !canRemove) return null
  const params = { path: { user_id: member.user_id } }
  const fail = (error: unknown) => toast.error(describe(error).title, { description: describe(error).detail })

  const makeLink = async () => {
    const question = {
      title: t('newLink.title', { person: member.email }),
      detail: t('newLink.detail'),
      action: t('newLink.action'),
    }
    if (!(await confirm(question))) return
    link.mutate(
      { params },
      { onSuccess: (made) => onLink(member.email, made), onError: fail, onSettled: () => link.reset() },
    )
  }
  const takeOut = async () => {
    const question = {
      title: t('remove.title', { person: member.email }),
      detail: t('remove.detail'),
      action: t('remove.action'),
    }
    if (!(await confirm({ ...question, tone: 'destructive' }))) return
    remove.mutate(
      { params },
      { onSuccess: () => toast.success(t('removed', { person: member.email })), onError: fail },
    )
  }
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="ghost" size="icon" aria-label={t('actionsOf', { person: member.email })}>
          <EllipsisIcon className="size-4" aria-hidden />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        {canLink && (
          <DropdownMenuItem onSelect={() => void makeLink()}>{t('newLink.action')}</DropdownMenuItem>
        )}
        {canRemove && (
          <DropdownMenuItem disabled={isLastAdmin} onSelect={() => void takeOut()}>
            {isLastAdmin ? t('lastAdmin') : t('remove.action')}
          </DropdownMenuItem>
        )}
      </DropdownMenuContent>
    </DropdownMenu>
  )
}

/** The one admin there is, if the whole list is known and it has no other who may sign in. */
function onlyAdmin(page: { items: Member[]; next_cursor: string | null } | undefined): string | null {
  if (!page || page.next_cursor !== null) return null
  const admins = page.items.filter(({ role, is_disabled }) => role === 'admin' && !is_disabled)
  return admins.length === 1 ? (admins[0]?.user_id ?? null) : null
}
