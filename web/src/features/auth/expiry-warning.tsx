'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import {
  AlertDialog,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogFooter,
  AlertDialogHeader,
  AlertDialogTitle,
} from '@/components/ui/alert-dialog'
import { Button } from '@/components/ui/button'
import { goToSignIn } from '@/lib/api'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { SESSION_KEY } from '@/lib/session'
import { clock, useSecondsUntil } from './wait'

/** How long before a session's end people are told (milliseconds). */
export const WARNED_BEFORE = 2 * 60_000
/** Timers of browsers end at once beyond this. */
const LONGEST_TIMER = 2 ** 31 - 1

interface ExpiryWarningProps {
  /** When the session ends in any case. */
  expiresAt: string | null
  /** After how many minutes without a request it ends, too. */
  idleMinutes: number | null
}

/** Tells two minutes ahead that the session is about to end, and how to stay. */
export function ExpiryWarning({ expiresAt, idleMinutes }: ExpiryWarningProps) {
  const t = useT('auth')
  const format = useFormat()
  const queryClient = useQueryClient()
  const answeredAt = useLastAnswer()
  const limit = expiresAt ? Date.parse(expiresAt) : Infinity
  const idle = idleMinutes ? answeredAt + idleMinutes * 60_000 : Infinity
  const end = Math.min(limit, idle)
  const isNear = useIsPast(end - WARNED_BEFORE)
  const left = useSecondsUntil(isNear ? end : null)
  const isOver = isNear && left === 0
  const [dismissed, setDismissed] = useState<number | null>(null)

  useEffect(() => {
    // Another tab may have kept it alive; the hub knows.
    if (isOver) void queryClient.refetchQueries({ queryKey: SESSION_KEY })
  }, [isOver, queryClient])

  const time = new Date(Number.isFinite(end) ? end : 0).toISOString()
  return (
    <AlertDialog open={isNear && dismissed !== end}>
      <AlertDialogContent>
        <AlertDialogHeader>
          <AlertDialogTitle>{isOver ? t('expiry.ended') : t('expiry.title')}</AlertDialogTitle>
          <AlertDialogDescription>
            {t(limit <= idle ? 'expiry.limit' : 'expiry.idle', { time: format.instant(time) })}
          </AlertDialogDescription>
        </AlertDialogHeader>
        {/* Not read out each second. */}
        {!isOver && (
          <p className="text-muted-foreground" role="timer" aria-live="off">
            {t('expiry.left', { time: clock(left) })}
          </p>
        )}
        <AlertDialogFooter>
          {limit <= idle && !isOver && (
            <Button variant="outline" onClick={() => setDismissed(end)}>
              {t('expiry.later')}
            </Button>
          )}
          <Button variant={limit <= idle ? 'default' : 'outline'} onClick={goToSignIn}>
            {t('expiry.again')}
          </Button>
          {idle < limit && !isOver && (
            <Button onClick={() => void queryClient.refetchQueries({ queryKey: SESSION_KEY })}>
              {t('expiry.stay')}
            </Button>
          )}
        </AlertDialogFooter>
      </AlertDialogContent>
    </AlertDialog>
  )
}

/** When the hub last answered this tab anything but a refusal (milliseconds since the epoch): it counts from there. */
function useLastAnswer(): number {
  const queryClient = useQueryClient()
  const [at, setAt] = useState(Date.now)
  useEffect(() => {
    const note = ({ type, action }: { type: string; action?: { type: string } }) => {
      if (type === 'updated' && action?.type === 'success') setAt(Date.now())
    }
    const stops = [
      queryClient.getQueryCache().subscribe((event) => note(event)),
      queryClient.getMutationCache().subscribe((event) => note(event)),
    ]
    return () => stops.forEach((stop) => stop())
  }, [queryClient])
  return at
}

/** Whether the instant `at` (milliseconds since the epoch) has come. */
function useIsPast(at: number): boolean {
  const [past, setPast] = useState<number | null>(null)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>
    const wait = () => {
      const left = at - Date.now()
      if (left <= 0) setPast(at)
      else timer = setTimeout(wait, Math.min(left, LONGEST_TIMER))
    }
    wait()
    return () => clearTimeout(timer)
  }, [at])
  return past === at
}
