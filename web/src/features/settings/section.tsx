import type { ReactNode } from 'react'
import { Card, CardAction, CardContent, CardDescription, CardHeader, CardTitle } from '@/components/ui/card'

/** One subject of a settings page, with its name and what it is for. */
export function Section({
  title,
  detail,
  action,
  children,
}: {
  title: string
  detail?: ReactNode
  action?: ReactNode
  children: ReactNode
}) {
  return (
    <Card>
      <CardHeader>
        <CardTitle>{title}</CardTitle>
        {detail && <CardDescription>{detail}</CardDescription>}
        {action && <CardAction>{action}</CardAction>}
      </CardHeader>
      <CardContent>{children}</CardContent>
    </Card>
  )
}

/** The sections of a page that is read and filled in, no wider than a line is comfortable. */
export const Sections = ({ children }: { children: ReactNode }) => (
  <div className="flex max-w-2xl flex-col gap-4">{children}</div>
)
