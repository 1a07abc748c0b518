'use client'

import { Button } from '@/components/ui/button'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'

/** What stands at an address that there is nothing at. */
export function MissingPage() {
  const t = useT('shell')
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center gap-3 px-4 text-center text-balance">
      <h1 className="text-xl font-semibold">{t('notFound.title')}</h1>
      <p className="max-w-prose text-muted-foreground">{t('notFound.detail')}</p>
      <Button asChild>
        <Link href="/">{t('error.home')}</Link>
      </Button>
    </main>
  )
}
