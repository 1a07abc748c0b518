'use client'

import { Page } from '@/components/page'
import { useT } from '@/lib/i18n'

export function ModelsPage() {
  const t = useT('shell')
  return <Page title={t('nav.models')}>{null}</Page>
}
