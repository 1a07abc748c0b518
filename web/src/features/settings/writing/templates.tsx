'use client'

import { useState } from 'react'
import { Page } from '@/components/page'
import { Region } from '@/components/region'
import { LANGUAGES, TONES, useReminderWords } from '@/components/reminders/words'
import { Skeleton } from '@/components/ui/skeleton'
import { useT } from '@/lib/i18n'
import { type Template, useTemplates } from './api'
import { Choice } from './choice'
import { TemplateEditor } from './template-editor'

const PURPOSES = ['reminder', 'dispute_reply'] as const

/** The texts that the template writes from, one each for a purpose, language and tone. */
export function Templates() {
  const t = useT('writing')
  const words = useReminderWords()
  const query = useTemplates()
  const [purpose, setPurpose] = useState<(typeof PURPOSES)[number]>('reminder')
  const [language, setLanguage] = useState<(typeof LANGUAGES)[number]>('en')
  const [chosen, setTone] = useState<(typeof TONES)[number]>('friendly')
  // Replies to disputes come in one tone.
  const tone = purpose === 'dispute_reply' ? 'neutral' : chosen
  const isShown = (each: Template) =>
    each.purpose === purpose && each.language === language && each.tone === tone
  return (
    <Page title={t('templates.title')} subtitle={t('templates.subtitle')}>
      <div className="flex flex-wrap items-end gap-3">
        <Choice
          label={t('purpose')}
          value={purpose}
          names={PURPOSES}
          nameOf={(name) => t(`purposes.${name}`)}
          onChange={setPurpose}
        />
        <Choice
          label={t('language')}
          value={language}
          names={LANGUAGES}
          nameOf={(name) => t(`languages.${name}`)}
          onChange={setLanguage}
        />
        {purpose === 'reminder' && (
          <Choice label={t('tone')} value={tone} names={TONES} nameOf={words.tone} onChange={setTone} />
        )}
      </div>
      <Region query={query} skeleton={<Skeleton className="h-96 w-full" />}>
        {({ items, variables }) => {
          const template = items.find(isShown)
          return (
            template && (
              <TemplateEditor
                key={`${purpose} ${language} ${tone} ${template.version}`}
                template={template}
                variables={variables}
              />
            )
          )
        }}
      </Region>
    </Page>
  )
}
