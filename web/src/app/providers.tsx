'use client'

import { QueryClientProvider } from '@tanstack/react-query'
import { ThemeProvider } from 'next-themes'
import { NuqsAdapter } from 'nuqs/adapters/next/app'
import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react'
import { ConfirmProvider } from '@/components/confirm'
import { TooltipProvider } from '@/components/ui/tooltip'
import { useHydrated } from '@/lib/hydrated'
import { LocaleProvider } from '@/lib/i18n'
import { usePreferences } from '@/lib/preferences'
import { makeQueryClient } from '@/lib/query'

const Toaster = lazy(async () => ({ default: (await import('@/components/ui/sonner')).Toaster }))

/** What every page stands in: theme, address state, the answers of the hub that are kept, texts and formats. */
export function Providers({ children }: { children: ReactNode }) {
  const [queryClient] = useState(makeQueryClient)
  const isHydrated = useHydrated()

  useEffect(() => {
    // After the first render, which has to be as the exported file is.
    const stop = usePreferences.subscribe(({ density, sidebarCollapsed }) => {
      const { dataset } = document.documentElement
      dataset.density = density
      if (sidebarCollapsed) dataset.sidebar = 'collapsed'
      else delete dataset.sidebar
    })
    void usePreferences.persist.rehydrate()
    return stop
  }, [])

  return (
    <ThemeProvider attribute="class" defaultTheme="system" enableSystem disableTransitionOnChange>
      <NuqsAdapter>
        <QueryClientProvider client={queryClient}>
          <LocaleProvider>
            <TooltipProvider>
              <ConfirmProvider>{children}</ConfirmProvider>
              <Suspense>{isHydrated && <Toaster />}</Suspense>
            </TooltipProvider>
          </LocaleProvider>
        </QueryClientProvider>
      </NuqsAdapter>
    </ThemeProvider>
  )
}
