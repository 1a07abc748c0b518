'use client'

import { ArrowLeftIcon, PlusIcon } from 'lucide-react'
import { parseAsString, useQueryState } from 'nuqs'
import { Empty } from '@/components/empty'
import { Page } from '@/components/page'
import { Region } from '@/components/region'
import { Status } from '@/components/status'
import { Button } from '@/components/ui/button'
import { Skeleton } from '@/components/ui/skeleton'
import {
  Table,
  TableBody,
  TableCaption,
  TableCell,
  TableHead,
  TableHeader,
  TableRow,
} from '@/components/ui/table'
import { useReminderWords } from '@/components/reminders/words'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { useCan } from '@/lib/session'
import { type Policy, usePolicies } from './api'
import { readDocument } from './document'
import { type Draft, PolicyEditor } from './editor'
import { Simulation } from './simulation'

const NEW = 'new'
const SUGGESTED = 'suggested'

/** Which invoices are reminded of, when and how: the policies in their order, one of them in full, and a simulation. */
export function ReminderPolicies() {
  const t = useT('policies')
  const query = usePolicies()
  const canCreate = useCan('createReminderPolicy')
  const [shown, setShown] = useQueryState('id', parseAsString.withOptions({ history: 'push' }))
  const found = query.data
  const draft = found && shown !== null ? draftOf(shown, found.items, found.suggested, t) : null
  const actions = draft ? (
    <Button variant="outline" onClick={() => void setShown(null)}>
      <ArrowLeftIcon aria-hidden />
      {t('back')}
    </Button>
  ) : (
    canCreate &&
    found &&
    found.items.length > 0 && (
      <Button onClick={() => void setShown(NEW)}>
        <PlusIcon aria-hidden />
        {t('add')}
      </Button>
    )
  )
  return (
    <Page title={t('title')} subtitle={t('subtitle')} actions={actions}>
      <Region query={query} skeleton={<Skeleton className="h-64" />}>
        {({ items }) =>
          draft ? (
            <PolicyEditor
              key={`${shown} ${draft.stored?.version ?? 0}`}
              draft={draft}
              policies={items}
              onDone={(stored) => void setShown(stored?.id ?? null)}
            />
          ) : items.length === 0 ? (
            <Empty
              title={t('none')}
              detail={t('noneDetail')}
              action={
                canCreate && <Button onClick={() => void setShown(SUGGESTED)}>{t('useSuggested')}</Button>
              }
            />
          ) : (
            <div className="flex flex-col gap-4">
              <PolicyTable policies={items} onEdit={(policy) => void setShown(policy.id)} />
              <Simulation />
            </div>
          )
        }
      </Region>
    </Page>
  )
}

/** What an address names: a stored policy, the suggested sequence, or a new one that begins with it. */
function draftOf(
  shown: string,
  policies: readonly Policy[],
  suggested: Policy['document'],
  t: ReturnType<typeof useT<'policies'>>,
): Draft | null {
  if (shown === NEW || shown === SUGGESTED) {
    const name = shown === SUGGESTED ? t('suggestedName') : ''
    return { name, is_active: false, document: suggested }
  }
  const stored = policies.find(({ id }) => id === shown)
  return stored ? { ...stored, stored } : null
}

function PolicyTable({ policies, onEdit }: { policies: Policy[]; onEdit: (policy: Policy) => void }) {
  const t = useT('policies')
  const words = useReminderWords()
  const format = useFormat()
  return (
    <div className="overflow-hidden rounded-md border">
      <Table label={t('list')}>
        <TableCaption className="sr-only">{t('list')}</TableCaption>
        <TableHeader>
          <TableRow>
            <TableHead className="w-16 max-sm:hidden">{t('order')}</TableHead>
            <TableHead>{t('name')}</TableHead>
            <TableHead>{t('stepsTitle')}</TableHead>
            <TableHead>{t('active')}</TableHead>
            <TableHead className="text-right">
              <span className="sr-only">{t('edit')}</span>
            </TableHead>
          </TableRow>
        </TableHeader>
        <TableBody>
          {policies.map((policy) => {
            const { steps } = readDocument(policy.document)
            return (
              <TableRow key={policy.id} className="align-top">
                <TableCell className="max-sm:hidden">{policy.position}</TableCell>
                <TableCell>
                  {policy.name}
                  <span className="block text-xs text-muted-foreground">
                    {t('version', { version: policy.version, at: format.instant(policy.updated_at) })}
                  </span>
                </TableCell>
                <TableCell>
                  {t('steps', { count: steps.length })}
                  <span className="block text-xs text-muted-foreground">
                    {steps
                      .map(
                        ({ day, tone }) => `${day > 0 ? `+${day}` : format.number(day)} ${words.tone(tone)}`,
                      )
                      .join(' · ')}
                  </span>
                </TableCell>
                <TableCell>
                  <Status tone={policy.is_active ? 'positive' : 'neutral'}>
                    {policy.is_active ? t('active') : t('inactive')}
                  </Status>
                </TableCell>
                <TableCell className="text-right">
                  <Button
                    variant="outline"
                    size="sm"
                    aria-label={t('editNamed', { name: policy.name })}
                    onClick={() => onEdit(policy)}
                  >
                    {t('edit')}
                  </Button>
                </TableCell>
              </TableRow>
            )
          })}
        </TableBody>
      </Table>
    </div>
  )
}
