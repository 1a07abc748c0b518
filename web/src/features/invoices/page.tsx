'use client'

import { Page } from '@/components/page'
import { useT } from '@/lib/i18n'

export function InvoicesPage() {
  const t = useT('shell')
  return <Page title={t('nav.invoices')}>{null}</Page>
}
