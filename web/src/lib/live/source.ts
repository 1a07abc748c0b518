import { ANEW, type News, readNews } from './news'
import { watchAttention } from './attention'

const STREAM = '/api/events'
/** One name for the lock that the listening tab holds and for the channel on which it tells the others. */
const NAME = 'paypredict-live'
/** How often everything is asked for anew while there is no stream, in milliseconds. */
const POLL = 60_000
/** How long until a refused stream is asked for again; doubled each time, up to the longest. */
const FIRST_PAUSE = 5_000
const LONGEST_PAUSE = 5 * 60_000
/** What opens within so long after the page is no gap: the page has just asked for all that it shows. */
const SETTLED = 10_000

/**
 * Calls `told` with what happens in the tenant while somebody looks at the page, and with `ANEW` after every gap.
 *
 * A browser gives a host six connections, for all tabs together, so only one tab holds a stream, and tells the others.
 * Where there is none to be had (too many are open, a server that cannot hold any, a page without locks because it came
 * without TLS) everything is asked for anew once a minute. Answers how to stop.
 */
export function listen(told: (news: News) => void): () => void {
  const channel = new BroadcastChannel(NAME)
  channel.onmessage = ({ data }: MessageEvent<News>) => told(data)
  const tellAll = (news: News) => {
    told(news)
    channel.postMessage(news)
  }

  const started = performance.now()
  let stopListening: (() => void) | undefined
  let hasListened = false
  const stopWatching = watchAttention((isWatched) => {
    stopListening?.()
    stopListening = undefined
    if (!isWatched) return
    if (hasListened) told(ANEW)
    hasListened = true
    const isGap = () => performance.now() - started > SETTLED
    stopListening = navigator.locks ? inTurn((signal) => stream(tellAll, isGap, signal)) : poll(told)
  })
  return () => {
    stopWatching()
    stopListening?.()
    channel.close()
  }
}

/** Has `hold` done once this tab is the one that may, until it is stopped. */
function inTurn(hold: (signal: AbortSignal) => Promise<void>): () => void {
  const stopping = new AbortController()
  const { signal } = stopping
  navigator.locks
    .request(NAME, { signal }, () => hold(signal))
    .catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
  return () => stopping.abort()
}

function poll(told: (news: News) => void): () => void {
  const timer = setInterval(() => told(ANEW), POLL)
  return () => clearInterval(timer)
}

/** Holds the stream, opened again whenever it breaks, until `signal` says so. */
function stream(told: (news: News) => void, isGap: () => boolean, signal: AbortSignal): Promise<void> {
  return new Promise((ended) => {
    let source: EventSource
    let pause = FIRST_PAUSE
    let retry: ReturnType<typeof setTimeout> | undefined
    let stopPolling: (() => void) | undefined
    let wasOpen = false

    const open = () => {
      source = new EventSource(STREAM)
      source.onmessage = ({ data }: MessageEvent<string>) => {
        const news = readNews(data)
        if (news?.kind === 'open') {
          stopPolling?.()
          stopPolling = undefined
          pause = FIRST_PAUSE
          wasOpen = true
          if (isGap()) told(ANEW)
        } else if (news) told(news)
      }
      source.onerror = () => {
        stopPolling ??= poll(told)
        // Broken off, it comes back by itself; refused, it does not.
        if (source.readyState !== EventSource.CLOSED) return
        // Perhaps because the session is over, which whatever is asked next will show.
        if (wasOpen) told(ANEW)
        wasOpen = false
        retry = setTimeout(open, pause)
        pause = Math.min(2 * pause, LONGEST_PAUSE)
      }
    }
    const stop = () => {
      clearTimeout(retry)
      stopPolling?.()
      source.close()
      ended()
    }
    open()
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}
