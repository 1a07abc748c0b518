/** A page that nobody has touched for so long is as good as hidden, in milliseconds. */
const FORGOTTEN = 30 * 60_000
/** How long a page stays hidden before it counts as left: people look into another tab and come back. */
const LEFT = 30_000
const TOUCHES = ['pointerdown', 'keydown', 'wheel', 'touchstart'] as const

/**
 * Says whether somebody has the page before them: `changed(true)` at once if so, then at every change. A page that is
 * looked at keeps its session in use; one that was left must not. Answers how to stop.
 */
export function watchAttention(changed: (isWatched: boolean) => void): () => void {
  let isWatched = false
  let leaving: ReturnType<typeof setTimeout> | undefined

  const set = (next: boolean) => {
    if (next !== isWatched) changed((isWatched = next))
  }
  const leaveAfter = (milliseconds: number) => {
    clearTimeout(leaving)
    leaving = setTimeout(() => set(false), milliseconds)
  }
  const touched = () => {
    if (document.visibilityState === 'hidden') return
    leaveAfter(FORGOTTEN)
    set(true)
  }
  const turned = () => (document.visibilityState === 'hidden' ? leaveAfter(LEFT) : touched())

  document.addEventListener('visibilitychange', turned)
  for (const touch of TOUCHES) window.addEventListener(touch, touched, { passive: true, capture: true })
  touched()
  return () => {
    clearTimeout(leaving)
    document.removeEventListener('visibilitychange', turned)
    for (const touch of TOUCHES) window.removeEventListener(touch, touched, { capture: true })
  }
}
