'use client'

import NextLink from 'next/link'
import { usePathname as useNextPathname, useRouter as useNextRouter } from 'next/navigation'
import type { ComponentProps } from 'react'

/** The one place that knows which router the dashboard runs on. */
export const Link = (props: ComponentProps<typeof NextLink>) => <NextLink prefetch={false} {...props} />

export const useRouter = useNextRouter

/** The path of the page that is shown, with its closing slash: `/invoices/`. */
export function usePathname(): string {
  const path = useNextPathname()
  return path.endsWith('/') ? path : `${path}/`
}
