import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render, type RenderOptions } from '@testing-library/react'
import { NuqsTestingAdapter } from 'nuqs/adapters/testing'
import type { ComponentProps, ReactElement, ReactNode } from 'react'
import { TooltipProvider } from '@/components/ui/tooltip'
import { LocaleProvider } from '@/lib/i18n'
import { en } from '@/messages'

interface Options extends RenderOptions {
  searchParams?: string
  onUrlUpdate?: ComponentProps<typeof NuqsTestingAdapter>['onUrlUpdate']
}

/** Renders as a page of the dashboard does: English texts, an empty query cache, the given query string. */
export function renderPage(element: ReactElement, { searchParams, onUrlUpdate, ...options }: Options = {}) {
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const wrapper = ({ children }: { children: ReactNode }) => (
    <NuqsTestingAdapter searchParams={searchParams} onUrlUpdate={onUrlUpdate} hasMemory>
      <QueryClientProvider client={queryClient}>
        <LocaleProvider messages={en}>
          <TooltipProvider>{children}</TooltipProvider>
        </LocaleProvider>
      </QueryClientProvider>
    </NuqsTestingAdapter>
  )
  return { queryClient, ...render(element, { wrapper, ...options }) }
}

/** An answer of the hub, for a stubbed `globalThis.fetch`. */
export function answer(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(body === undefined ? null : JSON.stringify(body), {
    status,
    headers: { 'Content-Type': status < 400 ? 'application/json' : 'application/problem+json', ...headers },
  })
}
