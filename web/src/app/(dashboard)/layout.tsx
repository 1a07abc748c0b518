import { type ReactNode, Suspense } from 'react'
import { Shell } from '@/components/shell/shell'
import { SignedIn } from '@/features/auth/signed-in'
import { Hydrated } from '@/lib/hydrated'

/** The pages of somebody who is signed in. What reads the address waits inside the shell, which every file has. */
export default function DashboardLayout({ children }: { children: ReactNode }) {
  return (
    <Shell>
      <Suspense>
        <Hydrated>
          <SignedIn>{children}</SignedIn>
        </Hydrated>
      </Suspense>
    </Shell>
  )
}
