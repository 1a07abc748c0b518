import { addDays } from '@/lib/today'

export const RESTS = { tomorrow: 1, threeDays: 3, week: 7, twoWeeks: 14, month: 30 } as const
export type Rest = keyof typeof RESTS
const LONGEST = 366

/** The day on which a customer is back that rests so long from today. */
export const dayAfter = (rest: Rest, today: string): string => addDays(today, RESTS[rest])

/** Whether a customer can rest until a day: after today, and within a year. */
export const isDay = (day: string, today: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(day) && day > today && day <= addDays(today, LONGEST)
