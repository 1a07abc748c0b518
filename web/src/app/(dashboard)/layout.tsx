import { type ReactNode, Suspense } from 'react'
import { Shell } from '@/components/shell/shell'
import { SignedIn } from '@/features/auth/signed-in'

/** The pages of somebody who is signed in. What reads the address waits inside the shell, which every file has. */
export default function DashboardLayout({ children }: { children: ReactNode }) {
  return (
    <Shell>
      <Suspense>
        <SignedIn>{children}</SignedIn>
      </Suspense>
    </Shell>
  )
}
