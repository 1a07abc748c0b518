'use client'

import { useT } from '@/lib/i18n'
import type { components } from '@/lib/schema'
import { Status, type Tone } from './status'

export type Step = components['schemas']['CustomerToContact']['next_step']

const TONES: Record<Step, Tone> = {
  call: 'accent',
  email: 'accent',
  statement: 'accent',
  ask_for_promise: 'warning',
  escalate: 'negative',
  check_dispute: 'warning',
  do_nothing: 'neutral',
}

/** What to do about a customer next. */
export function NextStep({ step, className }: { step: Step; className?: string }) {
  const t = useT('worklist')
  return (
    <Status tone={TONES[step]} className={className}>
      {t(`step.${step}`)}
    </Status>
  )
}
