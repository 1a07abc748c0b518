'use client'

import { PlusIcon } from 'lucide-react'
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { lazy, Suspense, useState } from 'react'
import { useConfirm } from '@/components/confirm'
import { SearchInput } from '@/components/data-table'
import { Empty } from '@/components/empty'
import { Page } from '@/components/page'
import { useProblemText } from '@/components/problem-alert'
import { Region } from '@/components/region'
import { Status } from '@/components/status'
import { Button } from '@/components/ui/button'
import { Label } from '@/components/ui/label'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { Skeleton } from '@/components/ui/skeleton'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '@/components/ui/table'
import { Ago, useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { useCan } from '@/lib/session'
import { toast } from '@/lib/toast'
import {
  isActive,
  KINDS,
  type State,
  STATES,
  type Suppression,
  useReleaseSuppression,
  useSuppressions,
} from './suppressions-api'

// The form comes when it is asked for.
const SuppressionDialog = lazy(() => import('./suppression-dialog'))

const ALL = 'all'
const AT_ONCE = 50
const FILTERS = {
  q: parseAsString.withDefault(''),
  kind: parseAsStringLiteral(KINDS),
  state: parseAsStringLiteral(STATES).withDefault('active'),
  /** Where this page begins, after all those before it. */
  after: parseAsString,
}

/** Addresses that are not written to: who they are, why, and who said so. */
export function Suppressions() {
  const t = useT('suppressions')
  const c = useT('common')
  const [filters, setFilters] = useQueryStates(FILTERS)
  const { q, kind, state, after } = filters
  const query = useSuppressions({
    limit: AT_ONCE,
    ...(q.trim() ? { q: q.trim() } : {}),
    ...(kind ? { kind: [kind] } : {}),
    ...(state === 'both' ? {} : { active: state === 'active' }),
    ...(after ? { cursor: after } : {}),
  })
  const canCreate = useCan('createSuppression')
  const [isAdding, setAdding] = useState(false)
  const isFiltered = q.trim() !== '' || kind !== null || state !== 'active' || after !== null
  const next = query.data?.next_cursor
  return (
    <Page
      title={t('title')}
      subtitle={t('subtitle')}
      actions={
        canCreate && (
          <Button onClick={() => setAdding(true)}>
            <PlusIcon className="size-4" aria-hidden />
            {t('create')}
          </Button>
        )
      }
    >
      <div className="flex flex-wrap items-end gap-3">
        <SearchInput
          label={t('search')}
          value={q}
          onChange={(entered) => void setFilters({ q: entered || null, after: null })}
        />
        <Choice
          label={t('kind')}
          value={kind ?? ALL}
          options={[[ALL, t('allKinds')], ...KINDS.map((each) => [each, t(`kinds.${each}`)] as const)]}
          onChoose={(chosen) =>
            void setFilters({ kind: KINDS.find((each) => each === chosen) ?? null, after: null })
          }
        />
        <Choice
          label={t('state')}
          value={state}
          options={STATES.map((each) => [each, t(each)] as const)}
          onChoose={(chosen) => void setFilters({ state: chosen as State, after: null })}
        />
      </div>
      <div className="overflow-hidden rounded-lg border bg-card">
        <Region
          query={query}
          skeleton={<Skeleton className="m-4 h-24" />}
          isEmpty={({ items }) => items.length === 0}
          empty={
            isFiltered ? (
              <Empty
                title={t('noMatch')}
                action={
                  <Button variant="outline" onClick={() => void setFilters(null)}>
                    {c('actions.clearFilters')}
                  </Button>
                }
              />
            ) : (
              <Empty title={t('none')} detail={t('noneDetail')} />
            )
          }
        >
          {({ items }) => (
            <Table label={t('title')}>
              <TableHeader>
                <TableRow>
                  <TableHead>{t('address')}</TableHead>
                  <TableHead>{t('kind')}</TableHead>
                  <TableHead>{t('detail')}</TableHead>
                  <TableHead>{t('since')}</TableHead>
                  <TableHead>{t('by')}</TableHead>
                  <TableHead>
                    <span className="sr-only">{t('actions')}</span>
                  </TableHead>
                </TableRow>
              </TableHeader>
              <TableBody>
                {items.map((each) => (
                  <SuppressionRow key={each.id} suppression={each} />
                ))}
              </TableBody>
            </Table>
          )}
        </Region>
      </div>
      {(after !== null || next) && (
        <div className="flex justify-end gap-2">
          <Button variant="outline" disabled={after === null} onClick={() => history.back()}>
            {c('actions.previous')}
          </Button>
          <Button
            variant="outline"
            disabled={!next}
            onClick={() => void setFilters({ after: next ?? null }, { history: 'push' })}
          >
            {c('actions.next')}
          </Button>
        </div>
      )}
      <Suspense>{isAdding && <SuppressionDialog onClose={() => setAdding(false)} />}</Suspense>
    </Page>
  )
}

function Choice({
  label,
  value,
  options,
  onChoose,
}: {
  label: string
  value: string
  options: readonly (readonly [string, string])[]
  onChoose: (value: string) => void
}) {
  return (
    <div className="flex flex-col gap-1">
      <Label className="text-xs text-muted-foreground">{label}</Label>
      <Select value={value} onValueChange={onChoose}>
        <SelectTrigger aria-label={label} className="w-44">
          <SelectValue />
        </SelectTrigger>
        <SelectContent>
          {options.map(([each, words]) => (
            <SelectItem key={each} value={each}>
              {words}
            </SelectItem>
          ))}
        </SelectContent>
      </Select>
    </div>
  )
}

function SuppressionRow({ suppression }: { suppression: Suppression }) {
  const t = useT('suppressions')
  const format = useFormat()
  const confirm = useConfirm()
  const say = useProblemText()
  const canRelease = useCan('releaseSuppression')
  const release = useReleaseSuppression()
  const [now] = useState(Date.now)
  const { id, kind, until, released_at: releasedAt, released_by: releasedBy, created_by: by } = suppression
  const address = suppression.address ?? t('erased')
  const active = isActive(suppression, now)
  const letGo = async () => {
    const question = {
      title: t('releaseTitle', { address }),
      detail: t(kind === 'unsubscribed' || kind === 'complained' ? 'releaseUnsubscribed' : 'releaseDetail'),
      action: t('release'),
    }
    if (!(await confirm(question))) return
    release.mutate(
      { params: { path: { suppression_id: id } } },
      {
        onSuccess: () => toast.success(t('released', { address })),
        onError: (error) => toast.error(say(error).title, { description: say(error).detail }),
      },
    )
  }
  return (
    <TableRow>
      <TableHead
        scope="row"
        className="max-w-72 min-w-44 text-sm wrap-anywhere whitespace-normal text-foreground"
      >
        {address}
      </TableHead>
      <TableCell>
        <Status tone={active ? 'negative' : 'neutral'}>{t(`kinds.${kind}`)}</Status>
        {active && until && (
          <span className="block text-xs text-muted-foreground">
            {t('until', { at: format.instant(until) })}
          </span>
        )}
      </TableCell>
      <TableCell className="max-w-80 whitespace-normal">{suppression.detail || '–'}</TableCell>
      <TableCell className="whitespace-nowrap">
        <Ago at={suppression.created_at} />
      </TableCell>
      <TableCell className="wrap-anywhere whitespace-normal">
        {by === 'receipts' ? t('receipts') : by}
        {releasedAt && (
          <span className="block text-xs text-muted-foreground">
            {t('releasedBy', { name: releasedBy ?? '' })} <Ago at={releasedAt} />
          </span>
        )}
        {!releasedAt && !active && until && (
          <span className="block text-xs text-muted-foreground">
            {t('over', { at: format.instant(until) })}
          </span>
        )}
      </TableCell>
      <TableCell className="text-right">
        {canRelease && !releasedAt && active && (
          <Button
            variant="ghost"
            size="sm"
            aria-label={t('releaseLabel', { address })}
            onClick={() => void letGo()}
          >
            {t('release')}
          </Button>
        )}
      </TableCell>
    </TableRow>
  )
}
