'use client'

import { Page } from '@/components/page'
import { useT } from '@/lib/i18n'
import { useCan } from '@/lib/session'
import { Erasure } from './privacy-erasure'
import { ExportAll } from './privacy-export'
import { Retention } from './privacy-retention'
import { Section, Sections } from './section'

/** A copy of everything, how long what is kept, and the erasure of a person. */
export function Privacy() {
  const t = useT('settings.privacy')
  const canExport = useCan('requestTenantExport')
  const canErase = useCan('previewContactErasure')
  return (
    <Page title={t('title')} subtitle={t('subtitle')}>
      <Sections>
        {canExport && (
          <Section title={t('export.title')} detail={t('export.detail')}>
            <ExportAll />
          </Section>
        )}
        {canErase && (
          <Section title={t('erasure.title')} detail={t('erasure.detail')}>
            <Erasure />
          </Section>
        )}
        <Section title={t('retention.title')} detail={t('retention.detail')}>
          <Retention />
        </Section>
      </Sections>
    </Page>
  )
}
