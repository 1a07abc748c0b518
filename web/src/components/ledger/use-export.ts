'use client'

import { useCallback, useId } from 'react'
import { toast } from '@/lib/toast'
import { useProblemText } from '@/components/problem-alert'
import { useT } from '@/lib/i18n'

/** Runs an export and says how it goes. */
export function useExport(): (asked: () => Promise<void>) => Promise<void> {
  const t = useT('ledger')
  const sayProblem = useProblemText()
  const id = useId()
  return useCallback(
    async (asked) => {
      toast.loading(t('export.running'), { id })
      try {
        await asked()
        toast.success(t('export.done'), { id })
      } catch (error) {
        const { title, detail } = sayProblem(error)
        toast.error(title, { id, description: detail })
      }
    },
    [id, sayProblem, t],
  )
}
