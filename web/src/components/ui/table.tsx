import type { ComponentProps } from 'react'
import { cn } from '@/lib/cn'

interface TableProps extends ComponentProps<'table'> {
  /** What the table shows; it names the region that scrolls. */
  label?: string
}

/** Scrolls within a region of its own, which takes the focus so that the keyboard can scroll it. */
export function Table({ className, label, ...props }: TableProps) {
  return (
    <div
      data-slot="table-container"
      role={label ? 'region' : undefined}
      aria-label={label}
      tabIndex={0}
      className="relative w-full min-w-0 overflow-x-auto -outline-offset-2!"
    >
      <table data-slot="table" className={cn('w-full caption-bottom text-sm', className)} {...props} />
    </div>
  )
}

export function TableHeader({ className, ...props }: ComponentProps<'thead'>) {
  return <thead data-slot="table-header" className={cn('[&_tr]:border-b', className)} {...props} />
}

export function TableBody({ className, ...props }: ComponentProps<'tbody'>) {
  return <tbody data-slot="table-body" className={cn('[&_tr:last-child]:border-0', className)} {...props} />
}

export function TableFooter({ className, ...props }: ComponentProps<'tfoot'>) {
  return <tfoot data-slot="table-footer" className={cn('border-t font-medium', className)} {...props} />
}

export function TableRow({ className, ...props }: ComponentProps<'tr'>) {
  return (
    <tr
      data-slot="table-row"
      className={cn('h-(--row) border-b hover:bg-muted/60 data-[state=selected]:bg-accent', className)}
      {...props}
    />
  )
}

export function TableHead({ className, scope = 'col', ...props }: ComponentProps<'th'>) {
  return (
    <th
      data-slot="table-head"
      scope={scope}
      className={cn(
        'px-2 py-1 text-left align-middle text-xs font-medium whitespace-nowrap text-muted-foreground first:pl-4 last:pr-4',
        className,
      )}
      {...props}
    />
  )
}

export function TableCell({ className, ...props }: ComponentProps<'td'>) {
  return (
    <td
      data-slot="table-cell"
      className={cn('px-2 py-1 align-middle first:pl-4 last:pr-4', className)}
      {...props}
    />
  )
}

export function TableCaption({ className, ...props }: ComponentProps<'caption'>) {
  return (
    <caption
      data-slot="table-caption"
      className={cn('py-2 text-xs text-muted-foreground', className)}
      {...props}
    />
  )
}
