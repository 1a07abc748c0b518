'use client'

import { useState } from 'react'
import { ProblemAlert } from '@/components/problem-alert'
import { LANGUAGES, TONES, useReminderWords } from '@/components/reminders/words'
import { Alert, AlertDescription, AlertTitle } from '@/components/ui/alert'
import { Button } from '@/components/ui/button'
import { Dialog, DialogContent, DialogDescription, DialogHeader, DialogTitle } from '@/components/ui/dialog'
import { useT } from '@/lib/i18n'
import { useTestWriter, type Writer } from './api'
import { Choice } from './choice'
import { TriedMessage } from './tried-message'

/** Has a writer draft a reminder to the customer who is most overdue; nothing is sent. */
export default function WriterTest({ writer, onClose }: { writer: Writer; onClose: () => void }) {
  const t = useT('writing')
  const words = useReminderWords()
  const test = useTestWriter()
  const [language, setLanguage] = useState<(typeof LANGUAGES)[number]>('en')
  const [tone, setTone] = useState<(typeof TONES)[number]>('neutral')
  const written = test.data
  return (
    <Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>{t('test.title', { name: writer.name })}</DialogTitle>
          <DialogDescription>{t('test.detail')}</DialogDescription>
        </DialogHeader>
        <div className="flex min-w-0 flex-col gap-4">
          <div className="flex flex-wrap items-end gap-3">
            <Choice
              label={t('language')}
              value={language}
              names={LANGUAGES}
              nameOf={(name) => t(`languages.${name}`)}
              onChange={setLanguage}
            />
            <Choice label={t('tone')} value={tone} names={TONES} nameOf={words.tone} onChange={setTone} />
            <Button
              disabled={test.isPending}
              onClick={() =>
                test.mutate({
                  params: { path: { plugin: writer.plugin } },
                  body: { language, tone, customer_id: null },
                })
              }
            >
              {t(test.isPending ? 'test.writing' : 'test.write')}
            </Button>
          </div>
          {test.error && <ProblemAlert error={test.error} />}
          {written?.fell_back && (
            <Alert variant="warning">
              <AlertTitle>{t('test.fellBack')}</AlertTitle>
              <AlertDescription>{written.fell_back}</AlertDescription>
            </Alert>
          )}
          {written && <TriedMessage message={written} />}
        </div>
      </DialogContent>
    </Dialog>
  )
}
