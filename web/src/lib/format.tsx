'use client'

import { useEffect, useMemo, useState } from 'react'
import { useLocale } from './i18n'

type Figure = string | number
type Maybe<T> = T | null | undefined

/** What stands where there is no figure. */
export const NONE = '–'
const MINUS = '\u2212'

/** Figures and dates as the reader writes them. Nothing given gives a dash. */
export function useFormat(): Format {
  const { locale } = useLocale()
  return useMemo(() => makeFormat(locale), [locale])
}

export type Format = ReturnType<typeof makeFormat>

/** The formats of one locale. Amounts are decimal strings and stay exact: they never become floats. */
export function makeFormat(locale: string) {
  const numbers = cached((key) => new Intl.NumberFormat(locale, JSON.parse(key) as Intl.NumberFormatOptions))
  const dates = cached(
    (key) => new Intl.DateTimeFormat(locale, JSON.parse(key) as Intl.DateTimeFormatOptions),
  )

  const write = (value: Maybe<Figure>, options: Intl.NumberFormatOptions): string => {
    if (value === null || value === undefined || value === '') return NONE
    const parts = numbers(options).formatToParts(value as number | `${number}`)
    return parts.map((part) => (part.type === 'minusSign' ? MINUS : part.value)).join('')
  }
  const onDay = (options: Intl.DateTimeFormatOptions) => dates({ ...options, timeZone: 'UTC' })
  const DAY: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short', year: 'numeric' }

  const money = (amount: Maybe<Figure>, currency: string) =>
    write(amount, { style: 'currency', currency, maximumFractionDigits: 4 })
  const compactMoney = (amount: Maybe<Figure>, currency: string) =>
    write(amount, { style: 'currency', currency, notation: 'compact', maximumSignificantDigits: 3 })
  const instant = (iso: Maybe<string>) =>
    iso ? dates({ ...DAY, hour: 'numeric', minute: '2-digit' }).format(new Date(iso)) : NONE

  return {
    /** `$1,204.50`: all of it, with what the currency has of minor units. */
    money,
    /** `1,204.50`, for a column whose currency stands at its head. */
    amount: (amount: Maybe<Figure>, currency: string) => {
      const { minimumFractionDigits } = numbers({ style: 'currency', currency }).resolvedOptions()
      return write(amount, { minimumFractionDigits, maximumFractionDigits: 4 })
    },
    /** `$2.84M`: three significant digits, for KPIs and axes. */
    compactMoney,
    /** `$2.84M–$3.1M`. */
    compactMoneyRange: (low: Maybe<Figure>, high: Maybe<Figure>, currency: string) =>
      `${compactMoney(low, currency)}–${compactMoney(high, currency)}`,
    /** `12,408`; at most `digits` decimals, none unless asked for. */
    number: (value: Maybe<Figure>, digits = 0) => write(value, { maximumFractionDigits: digits }),
    /** `12.40`: as many decimals as are asked for, so that the figures of a column stand one below the other. */
    fixed: (value: Maybe<Figure>, digits: number) =>
      write(value, { minimumFractionDigits: digits, maximumFractionDigits: digits }),
    /** `12.4K`: three significant digits. */
    compactNumber: (value: Maybe<Figure>) =>
      write(value, { notation: 'compact', maximumSignificantDigits: 3 }),
    /** `42%`, from a ratio; one decimal below 10 %. */
    percent: (ratio: Maybe<Figure>) =>
      write(ratio, { style: 'percent', maximumFractionDigits: Math.abs(Number(ratio)) < 0.0995 ? 1 : 0 }),
    /** `42%`, from a ratio; never certain: `<1%` and `>99%` at the ends. */
    probability: (ratio: Maybe<Figure>) => {
      const percent = (value: Maybe<Figure>) => write(value, { style: 'percent', maximumFractionDigits: 0 })
      if (ratio === null || ratio === undefined || ratio === '') return NONE
      if (Number(ratio) < 0.01) return `<${percent(0.01)}`
      return Number(ratio) > 0.99 ? `>${percent(0.99)}` : percent(ratio)
    },
    /** `11 days`; at most `digits` decimals. */
    days: (value: Maybe<Figure>, digits = 0) =>
      write(value, { style: 'unit', unit: 'day', unitDisplay: 'long', maximumFractionDigits: digits }),
    /** `22 Nov 2026`, of a date without a time: the same day everywhere. */
    day: (date: Maybe<string>) => (date ? onDay(DAY).format(new Date(`${date}T00:00:00Z`)) : NONE),
    /** `22 Nov`, where the year is plain from what stands around it. */
    shortDay: (date: Maybe<string>) =>
      date ? onDay({ day: 'numeric', month: 'short' }).format(new Date(`${date}T00:00:00Z`)) : NONE,
    /** `Nov 2026`, of any day in the month. */
    month: (date: Maybe<string>) =>
      date ? onDay({ month: 'short', year: 'numeric' }).format(new Date(`${date}T00:00:00Z`)) : NONE,
    /** `22–28 Nov 2026`, from two dates. */
    range: (from: Maybe<string>, to: Maybe<string>) =>
      from && to ? onDay(DAY).formatRange(new Date(`${from}T00:00:00Z`), new Date(`${to}T00:00:00Z`)) : NONE,
    /** `22 Nov 2026, 14:05`, in the reader's time zone. */
    instant,
    /** `12 min ago`, or `in 3 hr`; `now` is for tests and for what counts along. */
    ago: (iso: Maybe<string>, now: number = Date.now()) => (iso ? ago(locale, Date.parse(iso) - now) : NONE),
  }
}

/** An instant as the time since, which goes on counting; the instant itself is its title. */
export function Ago({ at }: { at: string }) {
  const format = useFormat()
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000)
    return () => clearInterval(timer)
  }, [])
  return (
    <time dateTime={at} title={format.instant(at)}>
      {format.ago(at, now)}
    </time>
  )
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
]

function ago(locale: string, milliseconds: number): string {
  const relative = new Intl.RelativeTimeFormat(locale, { style: 'short', numeric: 'auto' })
  const seconds = milliseconds / 1000
  for (const [unit, size] of STEPS) {
    // Rounded before it is compared, so that 59.9 minutes are an hour.
    if (Math.abs(Math.round(seconds / size)) >= 1) return relative.format(Math.round(seconds / size), unit)
  }
  return relative.format(0, 'second')
}

function cached<T>(make: (key: string) => T): (options: object) => T {
  const made = new Map<string, T>()
  return (options) => {
    const key = JSON.stringify(options)
    const known = made.get(key) ?? make(key)
    made.set(key, known)
    return known
  }
}
