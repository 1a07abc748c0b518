'use client'

import { Empty } from '@/components/empty'
import { Button } from '@/components/ui/button'
import { useT } from '@/lib/i18n'
import { Link } from '@/lib/nav'

/** What stands at an address that there is nothing at. */
export function MissingPage() {
  const t = useT('shell')
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center">
      <Empty
        title={<h1 className="text-xl font-semibold">{t('notFound.title')}</h1>}
        detail={t('notFound.detail')}
        action={
          <Button asChild>
            <Link href="/">{t('error.home')}</Link>
          </Button>
        }
      />
    </main>
  )
}
