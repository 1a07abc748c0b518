import { useSyncExternalStore } from 'react'

/** Whole seconds until `at` (milliseconds since the epoch), counting down; 0 when it is over, or where there is none. */
export function useSecondsUntil(at: number | null): number {
  const now = useSyncExternalStore(at === null ? never : everySecond, currentSecond, () => 0)
  return at === null ? 0 : Math.max(0, Math.ceil(at / 1000 - now))
}

/** `1:05` of 65 seconds. */
export const clock = (seconds: number) =>
  `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`

const currentSecond = () => Math.floor(Date.now() / 1000)
const never = () => () => undefined

function everySecond(tick: () => void): () => void {
  const timer = setInterval(tick, 1000)
  return () => clearInterval(timer)
}

/** The instant that many seconds from now (milliseconds since the epoch). */
export const secondsAhead = (seconds: number) => Date.now() + seconds * 1000
