'use client'

import { CalendarIcon } from 'lucide-react'
import { type ComponentProps, lazy, Suspense } from 'react'
import { cn } from '@/lib/cn'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { Button } from './button'
import { Field } from './field'
import { Input } from './input'
import { Popover, PopoverContent, PopoverTrigger } from './popover'
import { Skeleton } from './skeleton'

const Calendar = lazy(() => import('./calendar'))

/** Days as `2026-11-22`, both included; null leaves that end open. */
export interface Days {
  from: string | null
  to: string | null
}

interface DateRangeProps extends Omit<ComponentProps<typeof Button>, 'value' | 'onChange'> {
  /** What the days are of: "Due". */
  label: string
  value: Days
  onChange: (value: Days) => void
}

/** Two days, typed or chosen in a calendar; either end may stay open. */
export function DateRange({ label, value, onChange, className, ...props }: DateRangeProps) {
  const t = useT('common')
  const format = useFormat()
  const { from, to } = value
  return (
    <Popover>
      <PopoverTrigger asChild>
        <Button variant="outline" className={cn('justify-start', className)} {...props}>
          <CalendarIcon className="text-muted-foreground" aria-hidden />
          <span>{label}</span>
          {(from ?? to) && (
            <span className="text-primary">
              {from && to
                ? format.range(from, to)
                : from
                  ? t('dateRange.from', { day: format.day(from) })
                  : t('dateRange.until', { day: format.day(to) })}
            </span>
          )}
        </Button>
      </PopoverTrigger>
      <PopoverContent aria-label={label} className="flex w-fit flex-col gap-3">
        <div className="flex gap-3">
          <Field label={t('dateRange.fromLabel')}>
            <Input
              type="date"
              value={from ?? ''}
              max={to ?? undefined}
              onChange={(event) => onChange({ from: event.target.value || null, to })}
            />
          </Field>
          <Field label={t('dateRange.toLabel')}>
            <Input
              type="date"
              value={to ?? ''}
              min={from ?? undefined}
              onChange={(event) => onChange({ from, to: event.target.value || null })}
            />
          </Field>
        </div>
        <Suspense fallback={<Skeleton className="h-74 w-full" />}>
          <Calendar
            mode="range"
            selected={{ from: toDate(from), to: toDate(to) }}
            defaultMonth={toDate(from ?? to)}
            onSelect={(range) => onChange({ from: toDay(range?.from), to: toDay(range?.to) })}
          />
        </Suspense>
        <Button
          variant="ghost"
          size="sm"
          className="self-start"
          disabled={!from && !to}
          onClick={() => onChange({ from: null, to: null })}
        >
          {t('actions.clear')}
        </Button>
      </PopoverContent>
    </Popover>
  )
}

// The calendar thinks in the browser's time zone; only its day counts.
const toDate = (day: string | null) => (day ? new Date(`${day}T00:00:00`) : undefined)

function toDay(date: Date | undefined): string | null {
  if (!date) return null
  const two = (value: number) => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}
