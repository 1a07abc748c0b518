'use client'

import { type ReactNode, useEffect, useRef } from 'react'
import { cn } from '@/lib/cn'
import { useT } from '@/lib/i18n'
import { Link, usePathname } from '@/lib/nav'
import { may, useSession } from '@/lib/session'
import { PAGES } from './pages'

/** The settings: their own navigation beside the page, or above it where there is no room. */
export function SettingsLayout({ children }: { children: ReactNode }) {
  const t = useT('settings')
  const pathname = usePathname()
  const session = useSession()
  const current = useRef<HTMLAnchorElement>(null)
  // Where there is no room for all, the one that is open is in sight.
  useEffect(() => {
    // Browsers answer a promise, which an effect must not.
    void current.current?.scrollIntoView({ inline: 'center', block: 'nearest' })
  }, [pathname, session])
  const pages = PAGES.filter(
    ({ name, needs }) => may(session, needs) && (session.tenant || name === 'profile' || name === 'tenants'),
  )
  return (
    <div className="flex min-w-0 flex-col lg:min-h-[calc(100dvh-3rem)] lg:flex-row">
      <nav
        aria-label={t('nav.label')}
        className="shrink-0 overflow-x-auto border-b px-3 py-2 md:px-5 lg:w-48 lg:overflow-visible lg:border-r lg:border-b-0 lg:p-4"
      >
        <ul className="flex gap-1 lg:sticky lg:top-4 lg:flex-col">
          {pages.map(({ name }) => {
            const isCurrent = pathname === `/settings/${name}/`
            return (
              <li key={name}>
                <Link
                  href={`/settings/${name}/`}
                  ref={isCurrent ? current : undefined}
                  aria-current={isCurrent ? 'page' : undefined}
                  className={cn(
                    'flex h-8 items-center rounded-md px-2.5 whitespace-nowrap hover:bg-accent',
                    isCurrent ? 'bg-accent font-medium' : 'text-muted-foreground',
                  )}
                >
                  {t(`nav.${name}`)}
                </Link>
              </li>
            )
          })}
        </ul>
      </nav>
      <div className="min-w-0 flex-1">{children}</div>
    </div>
  )
}
