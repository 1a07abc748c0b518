/** What of the forecast is looked at; it is kept in the page's address. */
export interface View {
  by: 'day' | 'week' | 'month'
  weeks: (typeof WEEKS)[number]
}

export const PERIODS = ['day', 'week', 'month'] as const
export const WEEKS = [4, 8, 13, 26] as const

/** How many periods ahead are asked for: as many as the weeks hold, at most half a year. */
export function horizonOf({ by, weeks }: View): number {
  if (by === 'day') return Math.min(182, weeks * 7)
  return by === 'week' ? weeks : Math.max(1, Math.round((weeks * 7 * 12) / 365.25))
}

/** How many past periods stand beside them: about two thirds as many, so that the future keeps the larger part. */
export function backOf(view: View): number {
  const ahead = horizonOf(view)
  return view.by === 'month'
    ? Math.max(3, ahead)
    : Math.min(view.by === 'day' ? 42 : 13, Math.round((ahead * 2) / 3))
}
