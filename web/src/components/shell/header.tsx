'use client'

import { MenuIcon, SearchIcon } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { Button } from '@/components/ui/button'
import { Kbd } from '@/components/ui/kbd'
import { Sheet, SheetContent, SheetTitle, SheetTrigger } from '@/components/ui/sheet'
import { Hydrated } from '@/lib/hydrated'
import { useT } from '@/lib/i18n'
import { Brand, Navigation } from './sidebar'
import { SyncState } from './sync-state'
import { TenantSwitcher } from './tenant-switcher'
import { ThemeMenu } from './theme-menu'
import { UserMenu } from './user-menu'

// They tell of what goes on beside the page, so the page comes first.
const JobTray = lazy(async () => ({ default: (await import('./job-tray')).JobTray }))
const NoticesMenu = lazy(async () => ({ default: (await import('./notices-menu')).NoticesMenu }))

/** The bar above every page: where one works, the search, what goes on in the background, and who one is. */
export function Header({ onSearch, onHelp }: { onSearch: () => void; onHelp: () => void }) {
  const t = useT('shell')
  return (
    <header className="sticky top-0 z-40 flex h-12 shrink-0 items-center gap-1 border-b bg-background px-2 md:px-6 print:hidden">
      <MobileNavigation />
      <TenantSwitcher />
      <div className="min-w-2 flex-1" />
      <Button
        variant="outline"
        className="hidden w-56 justify-start font-normal text-muted-foreground lg:inline-flex"
        onClick={onSearch}
        aria-keyshortcuts="Control+K Meta+K"
      >
        <SearchIcon aria-hidden />
        {t('header.searchHint')}
        <Kbd className="ml-auto">Ctrl K</Kbd>
      </Button>
      <Button
        variant="ghost"
        size="icon"
        className="lg:hidden"
        aria-label={t('header.search')}
        onClick={onSearch}
      >
        <SearchIcon aria-hidden />
      </Button>
      <SyncState />
      <Hydrated>
        <Suspense>
          <JobTray />
        </Suspense>
      </Hydrated>
      <span className="size-(--control)">
        <Hydrated>
          <Suspense>
            <NoticesMenu />
          </Suspense>
        </Hydrated>
      </span>
      <ThemeMenu />
      <UserMenu onHelp={onHelp} />
    </header>
  )
}

function MobileNavigation() {
  const t = useT('shell')
  const [isOpen, setOpen] = useState(false)
  return (
    <Sheet open={isOpen} onOpenChange={setOpen}>
      <SheetTrigger asChild>
        <Button variant="ghost" size="icon" className="md:hidden" aria-label={t('header.menu')}>
          <MenuIcon aria-hidden />
        </Button>
      </SheetTrigger>
      <SheetContent side="left" className="gap-0 bg-sidebar p-0" aria-describedby={undefined}>
        <SheetTitle className="sr-only">{t('nav.label')}</SheetTitle>
        <Brand />
        <Navigation onNavigate={() => setOpen(false)} />
      </SheetContent>
    </Sheet>
  )
}
