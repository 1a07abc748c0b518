'use client'

import { useCallback } from 'react'
import { toast } from 'sonner'
import { useProblemText } from '@/components/problem-alert'
import { useT } from '@/lib/i18n'

/** Runs an export and says how it goes. */
export function useExport(): (asked: () => Promise<void>) => Promise<void> {
  const t = useT('ledger')
  const sayProblem = useProblemText()
  return useCallback(
    async (asked) => {
      const waiting = toast.loading(t('export.running'))
      try {
        await asked()
        toast.success(t('export.done'), { id: waiting })
      } catch (error) {
        const { title, detail } = sayProblem(error)
        toast.error(title, { id: waiting, description: detail })
      }
    },
    [sayProblem, t],
  )
}
