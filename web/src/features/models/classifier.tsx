'use client'

import { useConfirm } from '@/components/confirm'
import { Facts } from '@/components/definition-list'
import { useDisputeWords } from '@/components/disputes/words'
import { useProblemText } from '@/components/problem-alert'
import { Region } from '@/components/region'
import { Status, type Tone } from '@/components/status'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { Progress } from '@/components/ui/progress'
import { Skeleton } from '@/components/ui/skeleton'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '@/components/ui/table'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { trackJob } from '@/lib/jobs'
import { useCan } from '@/lib/session'
import { toast } from '@/lib/toast'
import {
  type Classifier,
  type Classifiers,
  useClassifiers,
  useClassifiersChanged,
  useRollBackClassifier,
  useTrainClassifier,
} from './classifier-api'
import { once } from './model-actions'

const TONES: Record<Classifier['status'], Tone> = {
  champion: 'accent',
  retired: 'neutral',
  rejected: 'warning',
}

/** What reads disputes, what it has learnt from people's corrections, and the way to other versions. */
export function DisputeClassifier() {
  const t = useT('models')
  const query = useClassifiers()
  return (
    <section aria-labelledby="dispute-classifier" className="min-w-0 rounded-lg border bg-card py-4">
      <h2 id="dispute-classifier" className="flex min-h-8 items-center px-4 text-sm font-semibold">
        {t('classifier.title')}
      </h2>
      <Region query={query} className="px-4" skeleton={<Skeleton className="h-40 w-full" />}>
        {(found) => (
          <div className="flex min-w-0 flex-col gap-4">
            <InUse found={found} />
            {found.items.length > 0 && <Versions versions={found.items} inUse={found.number} />}
          </div>
        )}
      </Region>
    </section>
  )
}

function InUse({ found }: { found: Classifiers }) {
  const t = useT('models')
  const words = useDisputeWords()
  const format = useFormat()
  const say = useProblemText()
  const canTrain = useCan('trainDisputeClassifier')
  const train = useTrainClassifier()
  const learn = () =>
    train.mutate(
      { params: { header: once() } },
      {
        onSuccess: (job) => trackJob(job, t('classifier.job'), '/models/'),
        onError: (error) => toast.error(say(error).title, { description: say(error).detail }),
      },
    )
  const classes = Object.entries(found.by_code).sort(([, a], [, b]) => b - a)
  return (
    <div className="grid min-w-0 gap-4 lg:grid-cols-2">
      <Facts
        items={[
          {
            label: t('fact.model'),
            value: (
              <span>
                <span className="font-mono text-xs">{found.backend}</span>
                <span className="text-muted-foreground">
                  {' · '}
                  {found.number === 0 ? t('classifier.shared') : t('number', { number: found.number })}
                </span>
              </span>
            ),
          },
          {
            label: t('classifier.labels'),
            value: (
              <span className="flex flex-col gap-1.5">
                {t('classifier.collected', { count: found.labels, needed: found.labels_needed })}
                {found.labels < found.labels_needed && (
                  <Progress
                    aria-label={t('classifier.labels')}
                    value={(100 * found.labels) / found.labels_needed}
                    className="max-w-60"
                  />
                )}
              </span>
            ),
          },
          ...(found.reason ? [{ label: t('classifier.waits'), value: found.reason }] : []),
        ]}
      />
      <div className="flex min-w-0 flex-col gap-3">
        {classes.length > 0 && (
          <ul className="flex flex-wrap gap-1" aria-label={t('classifier.byReason')}>
            {classes.map(([code, count]) => (
              <li key={code}>
                <Badge variant="outline">
                  {words.code(code)} {format.number(count)}
                </Badge>
              </li>
            ))}
          </ul>
        )}
        {canTrain && (
          <div>
            <Button
              variant="outline"
              size="sm"
              disabled={!found.can_learn || train.isPending}
              onClick={learn}
            >
              {t('classifier.learn')}
            </Button>
          </div>
        )}
      </div>
    </div>
  )
}

function Versions({ versions, inUse }: { versions: Classifier[]; inUse: number }) {
  const t = useT('models')
  const format = useFormat()
  const confirm = useConfirm()
  const say = useProblemText()
  const changed = useClassifiersChanged()
  const canRollBack = useCan('rollbackDisputeClassifier')
  const rollBack = useRollBackClassifier()
  const goBack = async (number: number) => {
    const name = number === 0 ? t('classifier.shared') : t('number', { number })
    const question = {
      title: t('classifier.backTitle', { name }),
      detail: t('classifier.backDetail'),
      action: t('rollBack.action'),
    }
    if (!(await confirm(question))) return
    rollBack.mutate(
      { params: { header: once() }, body: { number } },
      {
        onSuccess: () => {
          changed()
          toast.success(t('classifier.inUse', { name }))
        },
        onError: (error) => toast.error(say(error).title, { description: say(error).detail }),
      },
    )
  }
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <Table label={t('classifier.versions')}>
        <TableHeader>
          <TableRow>
            <TableHead>{t('list.model')}</TableHead>
            <TableHead>{t('list.status')}</TableHead>
            <TableHead>{t('fact.trained')}</TableHead>
            <TableHead className="text-right">{t('classifier.labels')}</TableHead>
            <TableHead className="text-right">{t('classifier.accuracy')}</TableHead>
            <TableHead className="text-right">{t('scores.logLoss')}</TableHead>
            <TableHead>{t('fact.why')}</TableHead>
            {canRollBack && (
              <TableHead>
                <span className="sr-only">{t('list.actions')}</span>
              </TableHead>
            )}
          </TableRow>
        </TableHeader>
        <TableBody>
          {versions.map((version) => {
            const { incumbent, challenger, held_back: heldBack } = version.scores
            return (
              <TableRow key={version.number}>
                <TableHead scope="row" className="whitespace-nowrap">
                  {t('number', { number: version.number })}
                </TableHead>
                <TableCell>
                  <Status tone={TONES[version.status]}>{t(`status.${version.status}`)}</Status>
                </TableCell>
                <TableCell className="whitespace-nowrap">{format.instant(version.created_at)}</TableCell>
                <TableCell className="text-right">{format.number(version.labels)}</TableCell>
                <TableCell
                  className="text-right whitespace-nowrap"
                  title={t('classifier.heldBack', { count: heldBack })}
                >
                  {t('classifier.before', {
                    now: format.percent(challenger.accuracy),
                    before: format.percent(incumbent.accuracy),
                  })}
                </TableCell>
                <TableCell className="text-right whitespace-nowrap">
                  {t('classifier.before', {
                    now: format.fixed(challenger.log_loss, 3),
                    before: format.fixed(incumbent.log_loss, 3),
                  })}
                </TableCell>
                <TableCell className="min-w-60">{version.reason}</TableCell>
                {canRollBack && (
                  <TableCell className="text-right">
                    {version.status === 'retired' && (
                      <Button
                        variant="outline"
                        size="sm"
                        disabled={rollBack.isPending}
                        aria-label={t('classifier.backLabel', { number: version.number })}
                        onClick={() => void goBack(version.number)}
                      >
                        {t('rollBack.action')}
                      </Button>
                    )}
                  </TableCell>
                )}
              </TableRow>
            )
          })}
        </TableBody>
      </Table>
      {canRollBack && inUse !== 0 && (
        <div>
          <Button variant="ghost" size="sm" disabled={rollBack.isPending} onClick={() => void goBack(0)}>
            {t('classifier.backShared')}
          </Button>
        </div>
      )}
    </div>
  )
}
