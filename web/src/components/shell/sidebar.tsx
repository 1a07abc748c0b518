'use client'

import { PanelLeftCloseIcon, PanelLeftOpenIcon } from 'lucide-react'
import { Button } from '@/components/ui/button'
import { Tooltip, TooltipContent, TooltipTrigger } from '@/components/ui/tooltip'
import { cn } from '@/lib/cn'
import { useT } from '@/lib/i18n'
import { Link, usePathname } from '@/lib/nav'
import { usePreferences } from '@/lib/preferences'
import { useSession } from '@/lib/session'
import { isAt, pagesFor } from './pages'

/** The navigation beside every page: with words, as icons below 1024 px or when collapsed, and not below 768 px. */
export function Sidebar() {
  const t = useT('shell')
  const isCollapsed = usePreferences((state) => state.sidebarCollapsed)
  const set = usePreferences((state) => state.set)
  const Icon = isCollapsed ? PanelLeftOpenIcon : PanelLeftCloseIcon
  return (
    <aside className="sticky top-0 hidden h-dvh w-(--sidebar-width) shrink-0 flex-col border-r bg-sidebar md:flex print:hidden">
      <Brand />
      <Navigation isRail={isCollapsed} />
      <div className="hidden p-2 lg:block">
        <Button
          variant="ghost"
          size="icon"
          aria-label={t(isCollapsed ? 'nav.expand' : 'nav.collapse')}
          onClick={() => set({ sidebarCollapsed: !isCollapsed })}
        >
          <Icon aria-hidden className="text-muted-foreground" />
        </Button>
      </div>
    </aside>
  )
}

export function Brand() {
  return (
    <Link href="/" className="flex h-12 shrink-0 items-center gap-2.5 px-4 font-semibold -outline-offset-2!">
      <img src="/icon.svg" alt="" width={24} height={24} className="shrink-0" />
      <span className="rail:sr-only">PayPredict</span>
    </Link>
  )
}

/** The links to all pages. `onNavigate` closes the sheet that they stand in. */
export function Navigation({ isRail = false, onNavigate }: { isRail?: boolean; onNavigate?: () => void }) {
  const t = useT('shell')
  const path = usePathname()
  const session = useSession()
  return (
    <nav aria-label={t('nav.label')} className="flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto p-2">
      {pagesFor(session).map((group) => (
        <div key={group.name}>
          <h2 id={`nav-${group.name}`} className="px-2 pb-1 text-xs text-muted-foreground rail:sr-only">
            {t(`nav.groups.${group.name}`)}
          </h2>
          <ul aria-labelledby={`nav-${group.name}`} className="flex flex-col gap-0.5">
            {group.pages.map((page) => {
              const isCurrent = isAt(page, path)
              return (
                <li key={page.name}>
                  <Tooltip>
                    <TooltipTrigger asChild>
                      <Link
                        href={page.href}
                        onClick={onNavigate}
                        aria-current={isCurrent ? 'page' : undefined}
                        className={cn(
                          'flex h-8 items-center gap-2.5 rounded-md px-2 -outline-offset-2! hover:bg-accent pointer-coarse:h-10 rail:justify-center',
                          isCurrent ? 'bg-accent font-medium' : 'text-muted-foreground hover:text-foreground',
                        )}
                      >
                        <page.icon className="size-4 shrink-0" aria-hidden />
                        <span className="truncate rail:sr-only">{t(`nav.${page.name}`)}</span>
                      </Link>
                    </TooltipTrigger>
                    <TooltipContent side="right" className={isRail ? undefined : 'hidden md:block lg:hidden'}>
                      {t(`nav.${page.name}`)}
                    </TooltipContent>
                  </Tooltip>
                </li>
              )
            })}
          </ul>
        </div>
      ))}
    </nav>
  )
}
