'use client'

import { ChevronLeft, ChevronRight } from 'lucide-react'
import { Button } from '@/components/ui/button'
import { useHotkeys } from '@/lib/hotkeys'
import { useT } from '@/lib/i18n'
import { useRouter } from '@/lib/nav'
import { neighbours } from './record-trail'

/** The ways to the records before and after this one in the list it was opened from; `[` and `]` do the same. */
export function RecordSteps({ name, id, path }: { name: string; id: string; path: string }) {
  const t = useT('table')
  const router = useRouter()
  const { previous, next } = neighbours(name, id)
  const go = (to: string | null) => to !== null && router.push(`${path}?id=${to}`)
  useHotkeys({ '[': () => void go(previous), ']': () => void go(next) })
  if (previous === null && next === null) return null
  return (
    <div className="flex gap-1">
      <Button
        variant="outline"
        size="icon"
        aria-label={t('previousRecord')}
        disabled={!previous}
        onClick={() => go(previous)}
      >
        <ChevronLeft aria-hidden strokeWidth={1.75} />
      </Button>
      <Button
        variant="outline"
        size="icon"
        aria-label={t('nextRecord')}
        disabled={!next}
        onClick={() => go(next)}
      >
        <ChevronRight aria-hidden strokeWidth={1.75} />
      </Button>
    </div>
  )
}
