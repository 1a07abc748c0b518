'use client'

import { Page } from '@/components/page'
import { useT } from '@/lib/i18n'

export function ForecastPage() {
  const t = useT('shell')
  return <Page title={t('nav.forecast')}>{null}</Page>
}
