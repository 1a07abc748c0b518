'use client'

import { useEffect, useRef } from 'react'
import { useRouter } from './nav'

/**
 * Asks before what was typed is left: `ask` decides for links inside the dashboard, the browser's own question for
 * everything else.
 */
export function useDirtyGuard(isDirty: boolean, ask: () => Promise<boolean>): void {
  const router = useRouter()
  const latest = useRef(ask)
  useEffect(() => {
    latest.current = ask
  })
  useEffect(() => {
    if (!isDirty) return
    const onUnload = (event: BeforeUnloadEvent) => event.preventDefault()
    const onClick = (event: MouseEvent) => {
      const link = (event.target as Element | null)?.closest?.('a[href]')
      if (!(link instanceof HTMLAnchorElement) || !leadsElsewhere(link, event)) return
      event.preventDefault()
      event.stopPropagation()
      void latest.current().then((isLeaving) => {
        if (isLeaving) router.push(link.pathname + link.search)
      })
    }
    window.addEventListener('beforeunload', onUnload)
    // Before the router's own listener sees the click.
    document.addEventListener('click', onClick, { capture: true })
    return () => {
      window.removeEventListener('beforeunload', onUnload)
      document.removeEventListener('click', onClick, { capture: true })
    }
  }, [isDirty, router])
}

function leadsElsewhere(link: HTMLAnchorElement, event: MouseEvent): boolean {
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey
  const isHere = link.origin === location.origin && !link.target && !link.hasAttribute('download')
  return isPlain && isHere && link.pathname !== location.pathname
}
