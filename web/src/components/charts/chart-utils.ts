/** Scales and spacing that all charts share: round ticks, domains, days as numbers. Pure. */

export interface Scale {
  domain: [number, number]
  ticks: number[]
}

/** Round steps (1, 2, 2.5 or 5 times a power of ten) from the one at or below `least` to the one at or above `most`. */
export function niceTicks(least: number, most: number, about = 5): number[] {
  if (!(most > least)) most = least + (Math.abs(least) || 1)
  const step = roundStep((most - least) / Math.max(1, about - 1))
  const first = Math.floor(least / step + 1e-9)
  const last = Math.ceil(most / step - 1e-9)
  return Array.from({ length: last - first + 1 }, (_, place) => exact((first + place) * step))
}

/** A scale for amounts: it always shows zero, so that a bar's length means its amount. */
export function amountScale(values: Iterable<number | null | undefined>): Scale {
  const known = finite(values)
  return scaleOf(Math.min(0, ...known), Math.max(0, ...known))
}

/** A scale for counts from zero, with whole numbers alone beside it. */
export function countScale(values: Iterable<number | null | undefined>): Scale {
  const scale = amountScale(values)
  return { ...scale, ticks: scale.ticks.filter(Number.isInteger) }
}

/** A scale for levels such as DSO, where zero says nothing: it fits the values, with some room around a flat line. */
export function levelScale(values: Iterable<number | null | undefined>): Scale {
  const known = finite(values)
  if (!known.length) return scaleOf(0, 1)
  const least = Math.min(...known)
  const most = Math.max(...known)
  const room = Math.max((most - least) * 0.1, Math.abs(most) * 0.02, 0.5)
  return scaleOf(least >= 0 ? Math.max(0, least - room) : least - room, most + room)
}

/** The scale of probabilities, whatever the values. */
export const PROBABILITY_SCALE: Scale = { domain: [0, 1], ticks: [0, 0.25, 0.5, 0.75, 1] }

/** Every how many of `count` labels one is shown, so that about `most` of them stand along an axis. */
export function labelInterval(count: number, most: number): number {
  return Math.max(1, Math.ceil(count / Math.max(1, most)))
}

const DAY = 86_400_000

/** An ISO date as days since 1970, for axes on which days have equal width. */
export function dayNumber(isoDay: string): number {
  return Math.round(Date.parse(`${isoDay.slice(0, 10)}T00:00:00Z`) / DAY)
}

/** The ISO date of a day number. */
export function isoDay(day: number): string {
  return new Date(Math.round(day) * DAY).toISOString().slice(0, 10)
}

/** Day numbers from `first` to `last`, a whole number of weeks (of days, below two weeks) apart. */
export function dayTicks(first: number, last: number, about = 5): number[] {
  const wanted = Math.max(1, (last - first) / Math.max(1, about))
  const step = [1, 2, 7, 14, 28, 56, 91, 182, 364].find((days) => days >= wanted) ?? 364
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, place) => first + place * step)
}

/** The median of the last `width` values at each place; null before there are `least`. */
export function rollingMedian(values: number[], width: number, least = 3): (number | null)[] {
  return values.map((_, place) => {
    const recent = values.slice(Math.max(0, place + 1 - width), place + 1).sort((a, b) => a - b)
    if (recent.length < least) return null
    const middle = recent.length >> 1
    return recent.length % 2 ? recent[middle]! : (recent[middle - 1]! + recent[middle]!) / 2
  })
}

function scaleOf(least: number, most: number): Scale {
  const ticks = niceTicks(least, most)
  return { domain: [ticks[0]!, ticks.at(-1)!], ticks }
}

function roundStep(wanted: number): number {
  const power = 10 ** Math.floor(Math.log10(wanted))
  return power * ([1, 2, 2.5, 5].find((step) => step * power >= wanted * (1 - 1e-9)) ?? 10)
}

// 3 * 0.1 is 0.30000000000000004: what is shown must not be.
const exact = (value: number) => Number(value.toPrecision(12))

const finite = (values: Iterable<number | null | undefined>) =>
  [...values].filter((value): value is number => typeof value === 'number' && Number.isFinite(value))
