'use client'

import { type ReactNode, useEffect, useRef } from 'react'
import { usePathname } from '@/lib/nav'

interface PageProps {
  title: string
  /** What the browser's tab says, where the title alone would not tell one page from the next. */
  documentTitle?: string
  subtitle?: ReactNode
  /** What can be done here, at the right of the title. */
  actions?: ReactNode
  /** What is shown of all there is, below the title. */
  filters?: ReactNode
  children: ReactNode
}

let lastPath: string | null = null

/** The frame of a page: its one `h1`, its name in the tab, and the focus on it after one has come from another page. */
export function Page({ title, documentTitle, subtitle, actions, filters, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  const path = usePathname()

  useEffect(() => {
    document.title = `${documentTitle ?? title} · PayPredict`
  }, [documentTitle, title])

  useEffect(() => {
    // Not on the first page: whoever opens the site begins at its top, with the skip link.
    if (lastPath !== null && lastPath !== path) heading.current?.focus()
    lastPath = path
  }, [path])

  return (
    <div className="mx-auto flex w-full max-w-[90rem] min-w-0 flex-col gap-4 p-4 md:p-6 print:p-0">
      <header className="flex flex-col gap-3">
        <div className="flex min-h-(--control) flex-wrap items-start justify-between gap-x-4 gap-y-2">
          <div className="flex min-w-0 flex-1 basis-52 flex-col gap-0.5">
            <h1
              ref={heading}
              tabIndex={-1}
              className="text-xl leading-7 font-semibold wrap-anywhere outline-none"
            >
              {title}
            </h1>
            {subtitle && <div className="text-muted-foreground">{subtitle}</div>}
          </div>
          {actions && <div className="flex flex-wrap items-center gap-2 print:hidden">{actions}</div>}
        </div>
        {filters && <div className="flex min-w-0 flex-wrap items-center gap-2 print:hidden">{filters}</div>}
      </header>
      {children}
    </div>
  )
}
