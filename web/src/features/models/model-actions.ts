'use client'

import { toast } from '@/lib/toast'
import { useConfirm } from '@/components/confirm'
import { useProblemText } from '@/components/problem-alert'
import { useT } from '@/lib/i18n'
import { trackJob } from '@/lib/jobs'
import { type Model, useBacktest, useModelsChanged, useRelease } from './api'

/** A header under which a write that was sent twice is done once. */
export const once = () => ({ 'Idempotency-Key': crypto.randomUUID() })

/** What can be done about a model without a word about why. */
export function useModelActions(model: Pick<Model, 'id' | 'number'>) {
  const t = useT('models')
  const confirm = useConfirm()
  const say = useProblemText()
  const changed = useModelsChanged()
  const releasing = useRelease()
  const trying = useBacktest()
  const onError = (error: unknown) => {
    const { title, detail } = say(error)
    toast.error(title, { description: detail })
  }
  const params = { path: { model_id: model.id }, header: once() }
  return {
    isBusy: releasing.isPending || trying.isPending,
    release: async () => {
      const question = { title: t('release.title'), detail: t('release.detail'), action: t('release.action') }
      if (!(await confirm(question))) return
      releasing.mutate(
        { params },
        {
          onSuccess: () => {
            changed()
            toast.success(t('release.done', { number: model.number }))
          },
          onError,
        },
      )
    },
    backtest: () =>
      trying.mutate(
        { params, body: {} },
        {
          onSuccess: (job) => trackJob(job, t('backtest.label', { number: model.number }), '/models/'),
          onError,
        },
      ),
  }
}
