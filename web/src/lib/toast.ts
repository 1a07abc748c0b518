import type { ExternalToast } from 'sonner'

type Kind = 'message' | 'success' | 'error' | 'info' | 'warning' | 'loading'

// The code for it comes with the first one: no page has to wait for what it may never show.
const say = (kind: Kind) => (title: string, options?: ExternalToast) =>
  void import('sonner').then((sonner) => sonner.toast[kind](title, options))

/**
 * Says for a few seconds, in a corner of the page, what became of something: `toast.success('Saved')`. One with the
 * same `id` takes the place of the one before.
 */
export const toast = Object.assign(say('message'), {
  success: say('success'),
  error: say('error'),
  info: say('info'),
  warning: say('warning'),
  /** Stays until another one takes its place. */
  loading: say('loading'),
})
