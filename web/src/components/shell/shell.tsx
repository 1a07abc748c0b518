'use client'

import { lazy, type ReactNode, Suspense, useState } from 'react'
import { useTheme } from 'next-themes'
import { Hydrated } from '@/lib/hydrated'
import { useT } from '@/lib/i18n'
import { useActions, useHotkeys } from '@/lib/hotkeys'
import { useLive } from '@/lib/live'
import { useRouter } from '@/lib/nav'
import { DENSITIES, usePreferences } from '@/lib/preferences'
import { usePreferencesSync } from '@/lib/preferences-sync'
import { useSession, useSignOut } from '@/lib/session'
import { Header } from './header'
import { OfflineBanner } from './offline-banner'
import { pagesFor } from './pages'
import { Sidebar } from './sidebar'

const ConnectionBanner = lazy(async () => ({
  default: (await import('@/components/connection-banner')).ConnectionBanner,
}))
const Palette = lazy(() => import('./palette'))
const HelpSheet = lazy(() => import('./help-sheet'))

/** What stands around every page of somebody who is signed in. */
export function Shell({ children }: { children: ReactNode }) {
  const t = useT('shell')
  const router = useRouter()
  const session = useSession()
  useLive()
  usePreferencesSync()
  const [layer, setLayer] = useState<'palette' | 'help' | null>(null)

  const pages = pagesFor(session).flatMap((group) => group.pages)
  useHotkeys({
    ...Object.fromEntries(
      pages.map(({ letter, href }) => [`g ${letter ?? ''}`, () => router.push(href)] as const),
    ),
    '?': () => setLayer('help'),
    'mod+k': () => setLayer('palette'),
  })
  useHotkeys({ 'mod+k': () => setLayer(null) }, { enabled: layer === 'palette', inDialog: true })
  useShellActions(session.user.id !== '')

  return (
    <div className="flex min-h-dvh">
      <a
        href="#content"
        className="sr-only rounded-md bg-primary px-3 py-2 text-primary-foreground focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-60"
      >
        {t('skip')}
      </a>
      <Sidebar />
      <div className="flex min-w-0 flex-1 flex-col">
        <Header onSearch={() => setLayer('palette')} onHelp={() => setLayer('help')} />
        <OfflineBanner />
        <main id="content" tabIndex={-1} className="flex min-w-0 flex-1 flex-col outline-none">
          <Hydrated>
            <Suspense>
              <ConnectionBanner />
            </Suspense>
          </Hydrated>
          {children}
        </main>
      </div>
      <Suspense>
        {layer === 'palette' && <Palette onClose={() => setLayer(null)} />}
        {layer === 'help' && <HelpSheet onClose={() => setLayer(null)} />}
      </Suspense>
    </div>
  )
}

/** What can be done from everywhere. */
function useShellActions(isSignedIn: boolean): void {
  const t = useT('shell')
  const { resolvedTheme, setTheme } = useTheme()
  const { density, set } = usePreferences()
  const { mutate: signOut } = useSignOut()
  const nextDensity = DENSITIES[(DENSITIES.indexOf(density) + 1) % DENSITIES.length]!
  useActions(
    isSignedIn
      ? [
          {
            id: 'theme',
            label: t('actions.theme'),
            run: () => setTheme(resolvedTheme === 'dark' ? 'light' : 'dark'),
          },
          { id: 'density', label: t('actions.density'), run: () => set({ density: nextDensity }) },
          { id: 'sign-out', label: t('actions.signOut'), run: () => signOut({}) },
        ]
      : [],
  )
}
