'use client'

import { useQueryClient } from '@tanstack/react-query'
import { toast } from '@/lib/toast'
import { useConfirm } from '@/components/confirm'
import { useProblemText } from '@/components/problem-alert'
import { Region } from '@/components/region'
import { Status } from '@/components/status'
import { Button } from '@/components/ui/button'
import { Skeleton } from '@/components/ui/skeleton'
import { api } from '@/lib/api'
import { Ago, useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import type { components } from '@/lib/schema'

type OwnSession = components['schemas']['OwnSession']

/** Where one is signed in, each with its end. */
export function OwnSessions() {
  const sessions = api.useQuery('get', '/api/sessions')
  return (
    <Region query={sessions} skeleton={<Skeleton className="h-28" />}>
      {({ items }) => (
        <ul className="divide-y">
          {items.map((session) => (
            <Row key={session.id} session={session} />
          ))}
        </ul>
      )}
    </Region>
  )
}

function Row({ session }: { session: OwnSession }) {
  const t = useT('settings.profile.sessions')
  const format = useFormat()
  const confirm = useConfirm()
  const describe = useProblemText()
  const queryClient = useQueryClient()
  const end = api.useMutation('delete', '/api/sessions/{session_id}', {
    onSuccess: () => toast.success(t('ended', { device: session.device })),
    onError: (error) => toast.error(describe(error).title, { description: describe(error).detail }),
    onSettled: () => void queryClient.invalidateQueries({ queryKey: ['get', '/api/sessions'] }),
  })
  const ask = async () => {
    const question = {
      title: t('endTitle', { device: session.device }),
      detail: t('endDetail'),
      action: t('end'),
    }
    if (await confirm({ ...question, tone: 'destructive' }))
      end.mutate({ params: { path: { session_id: session.id } } })
  }
  return (
    <li className="flex items-center justify-between gap-3 py-2 first:pt-0 last:pb-0">
      <div className="min-w-0">
        <p className="font-medium">{session.device}</p>
        <p className="text-xs text-muted-foreground">
          {[
            session.address,
            t(`method.${session.method}`),
            t('since', { at: format.instant(session.created_at) }),
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
        <p className="text-xs text-muted-foreground">
          {t('used')} <Ago at={session.last_seen_at} />
        </p>
      </div>
      {session.is_current ? (
        <Status tone="positive">{t('here')}</Status>
      ) : (
        <Button
          variant="outline"
          size="sm"
          disabled={end.isPending}
          aria-label={t('endOf', { device: session.device, at: format.instant(session.created_at) })}
          onClick={() => void ask()}
        >
          {t('end')}
        </Button>
      )}
    </li>
  )
}
