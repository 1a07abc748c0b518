'use client'

import { useTheme } from 'next-themes'
import { Toaster as Sonner, type ToasterProps } from 'sonner'

/** Where toasts appear; mounted once. `toast` of lib/toast shows one. */
export function Toaster(props: ToasterProps) {
  const { theme } = useTheme()
  return (
    <Sonner
      theme={theme as ToasterProps['theme']}
      position="bottom-right"
      toastOptions={{
        classNames: {
          toast:
            'rounded-lg! border! border-border! bg-popover! font-sans! text-popover-foreground! shadow-lg!',
          description: 'text-muted-foreground!',
          actionButton: 'bg-primary! text-primary-foreground!',
          error: 'border-negative!',
        },
      }}
      {...props}
    />
  )
}
