import type { ReactNode } from 'react'
import { Link } from '@/lib/nav'

/** The link by which a row is reached with the keyboard, and which opens it. One a row. */
export function RowLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link href={href} data-row-link className="font-medium underline-offset-4 hover:underline">
      {children}
    </Link>
  )
}
