'use client'

import { toast } from '@/lib/toast'
import { Alert, AlertDescription } from '@/components/ui/alert'
import { Button } from '@/components/ui/button'
import { api } from '@/lib/api'
import { Ago } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import { asProblem } from '@/lib/problem'
import { useCan } from '@/lib/session'
import { type Notice, useNotices, useRefresh } from './api'

/** What people have to know of their connections, until it is mended; nothing where all is well. */
export function Notices() {
  const t = useT('connections')
  const { data } = useNotices()
  const notices = data?.items ?? []
  if (notices.length === 0) return null
  return (
    <section aria-label={t('notices.title')} className="flex flex-col gap-2">
      {notices.map((notice) => (
        <NoticeLine key={notice.id} notice={notice} />
      ))}
    </section>
  )
}

function NoticeLine({ notice }: { notice: Notice }) {
  const t = useT('connections')
  const refresh = useRefresh()
  const canSee = useCan('seeNotice')
  const { mutate, isPending } = api.useMutation('post', '/api/notices/{notice_id}/seen', {
    onSuccess: () => void refresh(),
    onError: (error) => toast.error(asProblem(error).message),
  })
  return (
    <Alert variant={notice.seen_at ? 'default' : 'warning'}>
      <AlertDescription className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <span className="min-w-0 flex-1 basis-64 text-foreground">{notice.text}</span>
        <span className="text-xs">
          <Ago at={notice.created_at} />
        </span>
        {notice.connection_id && (
          <Button asChild variant="outline" size="sm">
            <Link href={`/connections/view/?id=${notice.connection_id}`}>{t('notices.open')}</Link>
          </Button>
        )}
        {notice.seen_at ? (
          <span className="text-xs">{t('notices.seen')}</span>
        ) : canSee ? (
          <Button
            variant="ghost"
            size="sm"
            disabled={isPending}
            onClick={() => mutate({ params: { path: { notice_id: notice.id } } })}
          >
            {t('notices.see')}
          </Button>
        ) : null}
      </AlertDescription>
    </Alert>
  )
}
