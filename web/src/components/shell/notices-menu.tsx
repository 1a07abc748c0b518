'use client'

import { BellIcon } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Button } from '@/components/ui/button'
import { Popover, PopoverContent, PopoverTrigger } from '@/components/ui/popover'
import { api } from '@/lib/api'
import { Ago } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'
import { placeOf } from '@/lib/notices'
import { useSession } from '@/lib/session'

/** How long after the page the notices are asked for, in milliseconds: what the page is about goes first. */
const LATER = 2_000

/** What the company's people have to know of their connections and models, until it is mended. */
export function NoticesMenu() {
  const t = useT('shell')
  const { tenant } = useSession()
  const [isOpen, setOpen] = useState(false)
  const isSettled = useSettled()
  const { data } = api.useQuery(
    'get',
    '/api/notices',
    {},
    { enabled: tenant !== null && (isOpen || isSettled) },
  )
  const notices = data?.items ?? []
  const unseen = notices.filter(({ seen_at }) => seen_at === null).length
  return (
    <Popover open={isOpen} onOpenChange={setOpen}>
      <PopoverTrigger asChild>
        <Button
          variant="ghost"
          size="icon"
          className="relative"
          aria-label={t('notices.label', { count: unseen })}
        >
          <BellIcon aria-hidden />
          {unseen > 0 && (
            <span
              aria-hidden
              className="absolute top-1.5 right-1.5 size-2 rounded-full bg-warning ring-2 ring-background"
            />
          )}
        </Button>
      </PopoverTrigger>
      <PopoverContent align="end" aria-labelledby="notices" className="w-88 p-0">
        <h2 id="notices" className="border-b px-4 py-3 font-semibold">
          {t('notices.title')}
        </h2>
        {notices.length === 0 ? (
          <p className="px-4 py-6 text-center text-muted-foreground">{t('notices.none')}</p>
        ) : (
          <ul className="divide-y">
            {notices.map((notice) => (
              <li key={notice.id} className="flex flex-col gap-1 px-4 py-3">
                <p className="wrap-anywhere">{notice.text}</p>
                <p className="flex items-center justify-between gap-4 text-xs text-muted-foreground">
                  <Ago at={notice.created_at} />
                  <Link
                    href={placeOf(notice)}
                    className="text-primary underline-offset-4 hover:underline"
                    onClick={() => setOpen(false)}
                  >
                    {t('notices.open')}
                  </Link>
                </p>
              </li>
            ))}
          </ul>
        )}
      </PopoverContent>
    </Popover>
  )
}

/** Whether the page has been there for a while. */
function useSettled(): boolean {
  const [isSettled, setSettled] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(true), LATER)
    return () => clearTimeout(timer)
  }, [])
  return isSettled
}
