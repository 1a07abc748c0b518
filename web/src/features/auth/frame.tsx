import type { ReactNode } from 'react'

/** What the pages before signing in stand in: one narrow column with the name above it. */
export function Frame({ children }: { children: ReactNode }) {
  return (
    <div className="flex min-h-dvh flex-col items-center bg-sidebar px-4 py-8 sm:py-16">
      <header className="mb-6 flex items-center gap-2 text-base font-semibold">
        <img src="/icon.svg" alt="" width={24} height={24} />
        PayPredict
      </header>
      <main className="w-full max-w-sm rounded-lg border bg-card p-6">{children}</main>
    </div>
  )
}
