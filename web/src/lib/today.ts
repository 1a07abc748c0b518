'use client'

import { api } from './api'

/** The day it is for the company being worked in, as `2026-11-22`; in the browser's time zone until that is known. */
export function useToday(): string {
  const { data } = api.useQuery('get', '/api/tenant', {}, { staleTime: 300_000 })
  return dayIn(data?.time_zone, new Date())
}

/** The calendar day of an instant in a time zone. */
export function dayIn(timeZone: string | undefined, now: Date): string {
  // Swedish dates are ISO dates.
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(now)
}

/** The day so many days after `day`; before it, where `days` is below 0. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}

/** Whole days from one day to another. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000)
}
