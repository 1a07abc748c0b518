'use client'

import { Page } from '@/components/page'
import { useT } from '@/lib/i18n'

export function CustomerPage() {
  const t = useT('shell')
  return <Page title={t('nav.customers')}>{null}</Page>
}
