'use client'

import { lazy, Suspense, useState } from 'react'
import { useConfirm } from '@/components/confirm'
import { Page } from '@/components/page'
import { useProblemText } from '@/components/problem-alert'
import { Region } from '@/components/region'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { Skeleton } from '@/components/ui/skeleton'
import { Ago } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { useCan } from '@/lib/session'
import { toast } from '@/lib/toast'
import { Section, Sections } from '../section'
import { useRemoveWriter, useWriters, type Writer } from './api'

// The forms come when they are asked for.
const WriterDialog = lazy(() => import('./writer-dialog'))
const WriterTest = lazy(() => import('./writer-test'))

/** What may write reminders: the template, a language model, or another plugin. */
export function Writers() {
  const t = useT('writing')
  const query = useWriters()
  return (
    <Page title={t('writers.title')} subtitle={t('writers.subtitle')}>
      <Region query={query} skeleton={<Skeleton className="h-48 w-full max-w-2xl" />}>
        {({ items }) => (
          <Sections>
            {items.map((writer) => (
              <WriterSection key={writer.plugin} writer={writer} />
            ))}
          </Sections>
        )}
      </Region>
    </Page>
  )
}

function WriterSection({ writer }: { writer: Writer }) {
  const t = useT('writing')
  const say = useProblemText()
  const confirm = useConfirm()
  const canSetUp = useCan('updateReminderWriter')
  const canTest = useCan('testReminderWriter')
  const remove = useRemoveWriter()
  const [open, setOpen] = useState<'form' | 'test' | null>(null)
  const { plugin, name, summary, is_ready: isReady, reason, agreed_at: agreedAt, version } = writer
  const hasForm = Object.keys((writer.form.properties ?? {}) as object).length > 0
  const forget = async () => {
    const question = {
      title: t('writers.removeTitle', { name }),
      detail: t('writers.removeDetail'),
      action: t('writers.remove'),
    }
    if (!(await confirm({ ...question, tone: 'destructive' }))) return
    remove.mutate(
      { params: { path: { plugin } } },
      {
        onSuccess: () => toast.success(t('writers.removed', { name })),
        onError: (error) => toast.error(say(error).title, { description: say(error).detail }),
      },
    )
  }
  return (
    <Section title={name} detail={summary}>
      <div className="flex flex-col gap-3">
        <div className="flex flex-wrap items-center gap-2">
          <Badge>{t(isReady ? 'writers.ready' : 'writers.notReady')}</Badge>
          {writer.is_remote && <Badge>{t('writers.remote')}</Badge>}
          {agreedAt && (
            <span className="text-muted-foreground">
              {t('writers.agreed')} <Ago at={agreedAt} />
            </span>
          )}
        </div>
        {reason && <p className="text-muted-foreground">{reason}</p>}
        <div className="flex flex-wrap gap-2">
          {hasForm && canSetUp && (
            <Button variant="outline" onClick={() => setOpen('form')}>
              {t(version > 0 ? 'writers.change' : 'writers.setUp')}
            </Button>
          )}
          {canTest && (
            <Button variant="outline" disabled={!isReady} onClick={() => setOpen('test')}>
              {t('writers.test')}
            </Button>
          )}
          {version > 0 && canSetUp && (
            <Button variant="ghost" disabled={remove.isPending} onClick={() => void forget()}>
              {t('writers.remove')}
            </Button>
          )}
        </div>
      </div>
      <Suspense>
        {open === 'form' && <WriterDialog writer={writer} onClose={() => setOpen(null)} />}
        {open === 'test' && <WriterTest writer={writer} onClose={() => setOpen(null)} />}
      </Suspense>
    </Section>
  )
}
