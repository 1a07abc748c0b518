import { expect, test } from 'vitest'
import { dayAfter, isDay } from './snooze'

test('a customer rests until a day after today', () => {
  expect(dayAfter('tomorrow', '2026-02-28')).toBe('2026-03-01')
  expect(dayAfter('twoWeeks', '2026-12-24')).toBe('2027-01-07')
})

test('a day has to be after today and within a year', () => {
  const days = ['2026-03-02', '2026-03-01', '2026-02-01', '2027-03-02', '2027-03-03', '', '02.03.2026']
  expect(days.map((day) => isDay(day, '2026-03-01'))).toEqual([true, false, false, true, false, false, false])
})
