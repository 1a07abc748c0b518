import { cva, type VariantProps } from 'class-variance-authority'
import { CircleAlertIcon, InfoIcon, TriangleAlertIcon } from 'lucide-react'
import type { ComponentProps } from 'react'
import { cn } from '@/lib/cn'

const alertVariants = cva(
  'flex w-full min-w-0 items-start gap-2.5 rounded-lg border bg-card px-3 py-2.5 text-sm',
  {
    variants: {
      variant: { default: '', warning: 'border-warning', destructive: 'border-negative' },
    },
    defaultVariants: { variant: 'default' },
  },
)

const ICONS = { default: InfoIcon, warning: TriangleAlertIcon, destructive: CircleAlertIcon }
const COLOURS = { default: 'text-muted-foreground', warning: 'text-warning', destructive: 'text-negative' }

interface AlertProps extends ComponentProps<'div'>, VariantProps<typeof alertVariants> {}

/** Something the reader should know, in the place it is about. Read out at once only when it is `destructive`. */
export function Alert({ className, variant, children, ...props }: AlertProps) {
  const Icon = ICONS[variant ?? 'default']
  return (
    <div
      data-slot="alert"
      role={variant === 'destructive' ? 'alert' : 'status'}
      className={cn(alertVariants({ variant }), className)}
      {...props}
    >
      <Icon className={cn('mt-0.5 size-4 shrink-0', COLOURS[variant ?? 'default'])} aria-hidden />
      <div className="flex min-w-0 flex-1 flex-col gap-1">{children}</div>
    </div>
  )
}

export function AlertTitle({ className, ...props }: ComponentProps<'p'>) {
  return <p data-slot="alert-title" className={cn('font-medium', className)} {...props} />
}

export function AlertDescription({ className, ...props }: ComponentProps<'div'>) {
  return (
    <div
      data-slot="alert-description"
      className={cn('wrap-anywhere text-muted-foreground', className)}
      {...props}
    />
  )
}
