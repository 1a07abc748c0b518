'use client'

import { useConfirm } from '@/components/confirm'
import { useProblemText } from '@/components/problem-alert'
import { Region } from '@/components/region'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { Skeleton } from '@/components/ui/skeleton'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '@/components/ui/table'
import { NONE, useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { useCan } from '@/lib/session'
import { toast } from '@/lib/toast'
import { type Policy, usePeople, usePolicies, usePolicyChanged, useRollBackPolicy } from './policy-api'
import { Section } from './section'

/** All policies that were in force, the newest first, each to look at, to begin from and to go back to. */
export function PolicyVersions({
  inForce,
  onBegin,
}: {
  inForce: number | undefined
  onBegin: (policy: Policy) => void
}) {
  const t = useT('settings.policy')
  const format = useFormat()
  const confirm = useConfirm()
  const say = useProblemText()
  const changed = usePolicyChanged()
  const personOf = usePeople()
  const canRollBack = useCan('rollbackDisputePolicy')
  const query = usePolicies()
  const rollBack = useRollBackPolicy()
  const nameOf = (number: number) => (number === 0 ? t('shipped') : t('number', { number }))

  const goBack = async (policy: Policy) => {
    const name = nameOf(policy.number)
    const question = { title: t('backTitle', { name }), detail: t('backDetail'), action: t('back') }
    if (!(await confirm(question))) return
    rollBack.mutate(
      {
        params: { header: { 'Idempotency-Key': crypto.randomUUID() } },
        body: { number: policy.number },
      },
      {
        onSuccess: (stored) => {
          void changed()
          toast.success(t('stored', { number: stored.number }))
        },
        onError: (error) => toast.error(say(error).title, { description: say(error).detail }),
      },
    )
  }

  return (
    <Section title={t('versions')} detail={t('versionsDetail')}>
      <Region query={query} skeleton={<Skeleton className="h-24 w-full" />}>
        {({ items }) => (
          <Table label={t('versions')}>
            <TableHeader>
              <TableRow>
                <TableHead>{t('version')}</TableHead>
                <TableHead>{t('at')}</TableHead>
                <TableHead>{t('by')}</TableHead>
                <TableHead>{t('note')}</TableHead>
                <TableHead>
                  <span className="sr-only">{t('actions')}</span>
                </TableHead>
              </TableRow>
            </TableHeader>
            <TableBody>
              {items.map((policy) => (
                <TableRow key={policy.number}>
                  <TableHead scope="row" className="whitespace-nowrap">
                    {nameOf(policy.number)}
                    {policy.number === inForce && (
                      <Badge variant="outline" className="ml-2">
                        {t('inForce')}
                      </Badge>
                    )}
                  </TableHead>
                  <TableCell className="whitespace-nowrap">{format.instant(policy.created_at)}</TableCell>
                  <TableCell>{personOf(policy.created_by) ?? NONE}</TableCell>
                  <TableCell className="max-w-72 truncate" title={policy.note ?? undefined}>
                    {policy.note ?? NONE}
                  </TableCell>
                  <TableCell className="text-right whitespace-nowrap">
                    {policy.number !== inForce && (
                      <>
                        <Button
                          variant="ghost"
                          size="sm"
                          aria-label={t('lookAt', { name: nameOf(policy.number) })}
                          onClick={() => onBegin(policy)}
                        >
                          {t('look')}
                        </Button>
                        {canRollBack && (
                          <Button
                            variant="outline"
                            size="sm"
                            aria-label={t('backTo', { name: nameOf(policy.number) })}
                            disabled={rollBack.isPending}
                            onClick={() => void goBack(policy)}
                          >
                            {t('back')}
                          </Button>
                        )}
                      </>
                    )}
                  </TableCell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
        )}
      </Region>
    </Section>
  )
}
