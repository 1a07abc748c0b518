'use client'

import { ChevronLeftIcon, ChevronRightIcon } from 'lucide-react'
import { DayPicker, type DayPickerProps } from 'react-day-picker'
import { de, enGB, enUS } from 'react-day-picker/locale'
import { useLocale } from '@/lib/i18n'
import { buttonVariants } from './button'

/** A month to choose days in. Heavy: load it lazily, as `DateRange` does. */
export default function Calendar(props: DayPickerProps) {
  const { language, locale } = useLocale()
  const english = locale === 'en-US' ? enUS : enGB
  return (
    <DayPicker
      locale={language === 'de' ? de : english}
      showOutsideDays
      // The day's number is part of its name, so that who sees it can say it.
      labels={{
        labelDayButton: (date) => new Intl.DateTimeFormat(locale, { dateStyle: 'full' }).format(date),
      }}
      classNames={{
        root: 'relative w-full',
        nav: 'absolute inset-x-0 top-0 flex justify-between',
        button_previous: buttonVariants({ variant: 'ghost', size: 'icon' }),
        button_next: buttonVariants({ variant: 'ghost', size: 'icon' }),
        month_caption: 'flex h-(--control) items-center justify-center text-sm font-medium',
        month_grid: 'mt-2 w-full border-collapse',
        weekday: 'h-9 text-xs font-normal text-muted-foreground',
        day: 'h-9 p-0 text-center',
        day_button: 'h-9 w-full rounded-md -outline-offset-2! hover:bg-accent disabled:opacity-50',
        today: 'font-semibold text-primary',
        outside: 'text-muted-foreground',
        selected: '[&>button]:bg-primary [&>button]:text-primary-foreground',
        range_middle: '[&>button]:bg-accent! [&>button]:text-accent-foreground!',
        hidden: 'invisible',
      }}
      components={{
        Chevron: ({ orientation }) =>
          orientation === 'left' ? <ChevronLeftIcon aria-hidden /> : <ChevronRightIcon aria-hidden />,
      }}
      {...props}
    />
  )
}
