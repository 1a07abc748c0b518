import { useSyncExternalStore } from 'react'
import { pathHere } from './return-to'

/** What somebody comes to the sign-in page with. */
export interface Arrival {
  /** The secret of a one-time link. */
  link: string | null
  /** What became of a sign-in through the provider, as the hub names it. */
  error: string | null
  returnTo: string
}

let arrival: Arrival | null = null
let secret: string | null = null

/** What the address says; null until it is read, which strikes a link's secret from it. */
export const useArrival = (): Arrival | null =>
  useSyncExternalStore(
    arrive,
    () => arrival,
    () => null,
  )

/** The link's secret, to whoever asks first: it is good once, and React may run an effect twice. */
export function takeLink(): string | null {
  const taken = secret
  secret = null
  return taken
}

function arrive(tell: () => void): () => void {
  const query = new URLSearchParams(location.search)
  const found = new URLSearchParams(location.hash.slice(1)).get('link')
  if (found) {
    secret = found
    strike()
    // Once more when the router listens, which would else write the address again as it knew it.
    setTimeout(strike)
  }
  arrival = { link: secret, error: query.get('error'), returnTo: pathHere(query.get('return_to')) }
  tell()
  // A link that is opened where this page is open already changes nothing but what stands after the #.
  const again = () => location.reload()
  window.addEventListener('hashchange', again)
  return () => window.removeEventListener('hashchange', again)
}

/** So that neither the history nor a screenshot has it. */
function strike(): void {
  window.history.replaceState(window.history.state, '', location.pathname + location.search)
}
