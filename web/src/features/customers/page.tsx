'use client'

import { Page } from '@/components/page'
import { useT } from '@/lib/i18n'

export function CustomersPage() {
  const t = useT('shell')
  return <Page title={t('nav.customers')}>{null}</Page>
}
