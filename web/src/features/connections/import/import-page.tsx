'use client'

import { useEffect, useRef, useState } from 'react'
import { Empty } from '@/components/empty'
import { useConfirm } from '@/components/confirm'
import { Page } from '@/components/page'
import { ProblemAlert } from '@/components/problem-alert'
import { Alert, AlertDescription, AlertTitle } from '@/components/ui/alert'
import { Button } from '@/components/ui/button'
import { Card, CardContent } from '@/components/ui/card'
import { Checkbox } from '@/components/ui/checkbox'
import { Label } from '@/components/ui/label'
import { Skeleton } from '@/components/ui/skeleton'
import { Tabs, TabsContent, TabsList, TabsTrigger } from '@/components/ui/tabs'
import { useDirtyGuard } from '@/lib/dirty-guard'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { trackJob } from '@/lib/jobs'
import { Link } from '@/lib/nav'
import { asProblem } from '@/lib/problem'
import { useCan } from '@/lib/session'
import { AS_FOUND, PREVIEW_BYTES, type Preview, type Reading, useHead, useImport, usePreview } from './api'
import { Columns } from './columns'
import { correct, MOST_CORRECTIONS } from './corrections'
import { DropZone } from './drop-zone'
import { ImportOutcome } from './import-outcome'
import { statedIn } from './mapping'
import { PreviewTable } from './preview-table'
import { ReadingOptions } from './reading-options'

/** What a file leaves open, of which a person can say something here. */
const ASKED = ['mapping', 'date_order', 'decimal', 'currency', 'delimiter', 'encoding', 'sheet', 'as_of']

/** Import a file: how it would be read, its columns, its first rows with what cannot be used, and then the import. */
export function ImportPage() {
  const t = useT('imports')
  const canImport = useCan('importInvoices')
  const [file, setFile] = useState<File | null>(null)
  const [jobId, setJobId] = useState<string | null>(null)
  return (
    <Page
      title={t('title')}
      subtitle={t('subtitle')}
      actions={
        <Button asChild variant="outline">
          <Link href="/connections/">{t('connections')}</Link>
        </Button>
      }
    >
      {!canImport ? (
        <Card>
          <Empty title={t('notAllowed')} />
        </Card>
      ) : !file ? (
        <DropZone onFile={setFile} />
      ) : (
        <>
          {jobId && <ImportOutcome jobId={jobId} file={file.name} onAgain={() => setJobId(null)} />}
          {/* Kept while it is imported, so that what was said of the file is there when it has to be mended. */}
          <div hidden={jobId !== null}>
            <Look
              key={`${file.name} ${file.size} ${file.lastModified}`}
              file={file}
              isDone={jobId !== null}
              onStarted={setJobId}
              onOther={() => setFile(null)}
            />
          </div>
          {jobId && (
            <div>
              <Button
                variant="outline"
                onClick={() => {
                  setFile(null)
                  setJobId(null)
                }}
              >
                {t('another')}
              </Button>
            </div>
          )}
        </>
      )}
    </Page>
  )
}

interface LookProps {
  file: File
  isDone: boolean
  onStarted: (jobId: string) => void
  onOther: () => void
}

function Look({ file, isDone, onStarted, onOther }: LookProps) {
  const t = useT('imports')
  const confirm = useConfirm()
  const [reading, setReading] = useState<Reading>(AS_FOUND)
  const [skipBad, setSkipBad] = useState(false)
  const preview = usePreview(file, reading)
  const problem = preview.error ? asProblem(preview.error) : null
  const questions = Object.fromEntries((problem?.fields ?? []).map(({ field, message }) => [field, message]))
  const isOpen = problem !== null && ASKED.some((setting) => setting in questions)
  const head = useHead(file, reading, isOpen)
  const shown = problem ? null : (preview.data ?? null)
  const send = useImport((job) => {
    trackJob(job, t('job', { file: file.name }), '/connections/')
    onStarted(job.id)
  })
  const change = (part: Partial<Reading>) => setReading((held) => ({ ...held, ...part }))
  const isTouched = reading.corrections.length > 0 || Object.keys(reading.mapping).length > 0
  useDirtyGuard(isTouched && !isDone, () =>
    confirm({ title: t('leave.title'), detail: t('leave.detail'), action: t('leave.action') }),
  )
  const isTooLarge = file.size > PREVIEW_BYTES

  return (
    <div className="flex flex-col gap-4">
      <FileLine file={file} preview={shown} onOther={onOther} />
      {isTooLarge && (
        <Alert variant="warning">
          <AlertDescription>{t('tooLarge')}</AlertDescription>
        </Alert>
      )}
      {problem && !isOpen && <ProblemAlert error={problem} onRetry={() => void preview.refetch()} />}
      {problem && isOpen && (
        <Alert variant="warning">
          <AlertTitle>{t('open')}</AlertTitle>
          <AlertDescription>{problem.detail}</AlertDescription>
        </Alert>
      )}
      {preview.isLoading && <Skeleton className="h-96" />}
      {(shown || isOpen) && (
        <div
          aria-busy={preview.isFetching}
          className={preview.isPlaceholderData ? 'flex flex-col gap-4 opacity-60' : 'flex flex-col gap-4'}
        >
          {shown && (
            <Rows
              preview={shown}
              reading={reading}
              onMend={(cell, value) =>
                setReading((held) => ({ ...held, corrections: correct(held.corrections, cell, value) }))
              }
            />
          )}
          <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
            {(shown || head.data) && (
              <Columns
                names={shown?.names ?? head.data!.names}
                fieldNames={shown?.field_names ?? head.data!.field_names}
                recognised={shown?.columns ?? statedIn(reading.mapping)}
                mapping={reading.mapping}
                hasCustomersInHeadings={shown?.customers_in_headings ?? false}
                samplesOf={(column) => samplesOf(column, shown ?? { ...head.data!, sample: head.data!.rows })}
                onChange={(mapping) => change({ mapping })}
              />
            )}
            <ReadingOptions
              reading={reading}
              preview={shown}
              questions={questions}
              sheets={shown?.sheets ?? head.data?.sheets ?? []}
              onChange={change}
            />
          </div>
        </div>
      )}
      {(shown || isTooLarge) && (
        <Send
          preview={shown}
          isReady={!preview.isFetching}
          isPending={send.isPending}
          skipBad={skipBad}
          onSkipBad={setSkipBad}
          onSend={() => send.mutate({ file, reading, skipBad })}
        />
      )}
      {send.error && <ProblemAlert error={send.error} />}
    </div>
  )
}

function FileLine({ file, preview, onOther }: { file: File; preview: Preview | null; onOther: () => void }) {
  const t = useT('imports')
  const { number } = useFormat()
  const skipped = Object.entries(preview?.skipped ?? {})
  return (
    <Card>
      <CardContent className="flex flex-wrap items-center justify-between gap-3">
        <div className="min-w-0">
          <p className="font-medium wrap-anywhere">{file.name}</p>
          <p className="text-xs text-muted-foreground">
            {[
              t('size', { kilobytes: number(Math.max(1, Math.round(file.size / 1024))) }),
              preview && t('found.rows', { count: preview.rows }),
              preview && preview.copies > 0 && t('found.copies', { count: preview.copies }),
              ...skipped.map(([why, count]) => t('found.skipped', { why, count })),
            ]
              .filter(Boolean)
              .join(' · ')}
          </p>
        </div>
        <Button variant="outline" onClick={onOther}>
          {t('other')}
        </Button>
      </CardContent>
    </Card>
  )
}

function Rows({
  preview,
  reading,
  onMend,
}: {
  preview: Preview
  reading: Reading
  onMend: Parameters<typeof PreviewTable>[0]['onMend']
}) {
  const t = useT('imports')
  const [tab, setTab] = useState<'bad' | 'first' | null>(null)
  const bad = new Set(preview.problems.map(({ line }) => line))
  const mended = new Set(reading.corrections.map(({ line }) => line))
  const badRows = preview.sample.filter(({ line }) => bad.has(line))
  const first = preview.sample.slice(0, 20)
  const current = tab ?? (preview.bad_rows > 0 ? 'bad' : 'first')
  const region = useRef<HTMLDivElement>(null)
  const isMending = useRef(false)
  useEffect(() => {
    // The cell that was mended is no input any more: the next one to mend has the focus, else the tab.
    if (!isMending.current || document.activeElement !== document.body) return
    isMending.current = false
    const cells = region.current?.querySelectorAll<HTMLElement>('input[aria-invalid]') ?? []
    // Of the two forms of a row, for wide and narrow screens, one is hidden.
    const cell = [...cells].find((each) => each.offsetParent !== null)
    const tab = region.current?.querySelector<HTMLElement>('[role=tab][data-state=active]')
    ;(cell ?? tab)?.focus()
  }, [preview])
  const mend: typeof onMend = (cell, shown) => {
    isMending.current = true
    // Who has mended the last one stays where they are.
    setTab(current)
    onMend(cell, shown)
  }
  const shared = { preview, corrections: reading.corrections, onMend: mend }
  return (
    <Tabs
      ref={region}
      value={current}
      onValueChange={(next) => setTab(next === 'bad' ? 'bad' : 'first')}
      className="gap-3"
    >
      <TabsList aria-label={t('rows.title')}>
        <TabsTrigger value="first">{t('rows.first', { count: first.length })}</TabsTrigger>
        <TabsTrigger value="bad">{t('rows.bad', { count: preview.bad_rows })}</TabsTrigger>
      </TabsList>
      <p role="status" className="sr-only">
        {t('rows.bad', { count: preview.bad_rows })}
      </p>
      <TabsContent value="first">
        <PreviewTable {...shared} rows={first} />
      </TabsContent>
      <TabsContent value="bad" className="flex flex-col gap-2">
        {preview.bad_rows === 0 ? (
          <Empty
            title={t('rows.clean')}
            detail={mended.size > 0 && t('rows.mended', { count: reading.corrections.length })}
          />
        ) : (
          <>
            <p className="text-muted-foreground">
              {t('rows.help')}
              {preview.bad_rows > badRows.length && ` ${t('rows.more', { count: badRows.length })}`}
              {reading.corrections.length >= MOST_CORRECTIONS && ` ${t('rows.tooMany')}`}
            </p>
            <PreviewTable {...shared} rows={badRows} />
          </>
        )}
      </TabsContent>
    </Tabs>
  )
}

function Send({
  preview,
  isReady,
  isPending,
  skipBad,
  onSkipBad,
  onSend,
}: {
  preview: Preview | null
  isReady: boolean
  isPending: boolean
  skipBad: boolean
  onSkipBad: (skip: boolean) => void
  onSend: () => void
}) {
  const t = useT('imports')
  const bad = preview?.bad_rows ?? 0
  const offersSkip = preview === null || bad > 0
  const good = (preview?.rows ?? 0) - (preview?.copies ?? 0) - bad
  const isBlocked = bad > 0 && !skipBad
  return (
    <div className="sticky bottom-0 -mx-4 flex flex-wrap items-center justify-between gap-3 border-t bg-background px-4 py-3 md:-mx-6 md:px-6">
      <div className="flex min-w-0 flex-col gap-1">
        <p role="status">
          {preview && t(isBlocked ? 'send.blocked' : 'send.rows', { count: isBlocked ? bad : good })}
        </p>
        {offersSkip && (
          <span className="flex items-center gap-2">
            <Checkbox
              id="skip-bad"
              checked={skipBad}
              onCheckedChange={(checked) => onSkipBad(checked === true)}
            />
            <Label htmlFor="skip-bad" className="font-normal">
              {preview ? t('send.skip', { count: bad }) : t('send.skipAny')}
            </Label>
          </span>
        )}
      </div>
      <Button
        disabled={isPending || !isReady || isBlocked || (preview !== null && good === 0)}
        onClick={onSend}
      >
        {t(isPending ? 'send.busy' : 'send.import')}
      </Button>
    </div>
  )
}

function samplesOf(column: string, { names, sample }: Pick<Preview, 'names' | 'sample'>): string[] {
  const place = names.indexOf(column)
  const found = sample.map(({ cells }) => cells[place]?.trim() ?? '').filter(Boolean)
  return [...new Set(found)].slice(0, 3)
}
