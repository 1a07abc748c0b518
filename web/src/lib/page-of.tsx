import { type ComponentType, lazy } from 'react'

/**
 * A page whose code comes beside the shell's, not before it: asked for as soon as it is known which page is opened,
 * and waited for only where it is drawn, which is after the session is known anyway.
 */
export function pageOf(load: () => Promise<ComponentType>) {
  let asked: Promise<{ default: ComponentType }> | undefined
  const ask = () => (asked ??= load().then((page) => ({ default: page })))
  if (typeof window !== 'undefined') {
    // What fails is said where the page is drawn.
    ask().catch(() => undefined)
  }
  const Page = lazy(ask)
  // A function, since what the server's part of a route names is made lazy once more.
  return function Content() {
    return <Page />
  }
}
