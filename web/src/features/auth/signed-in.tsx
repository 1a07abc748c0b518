'use client'

import { type ReactNode, useEffect, useRef } from 'react'
import { Empty } from '@/components/empty'
import { ProblemAlert } from '@/components/problem-alert'
import { Button } from '@/components/ui/button'
import { api } from '@/lib/api'
import { useT } from '@/lib/i18n'
import { Link, usePathname } from '@/lib/nav'
import { asProblem } from '@/lib/problem'
import { useSignOut, watchSession } from '@/lib/session'
import { ExpiryWarning } from './expiry-warning'

/** Pages that are not about a company: who is a member of none may open them. */
const WITHOUT_TENANT = ['/settings/', '/settings/profile/', '/settings/tenants/']

/**
 * Shows a page to whoever is signed in, once the hub has said who that is. Others are on their way to the sign-in page
 * (lib/api sends them there on 401), and see nothing of it.
 */
export function SignedIn({ children }: { children: ReactNode }) {
  const pathname = usePathname()
  const session = api.useQuery('get', '/api/session')
  const { data } = session

  // Another tab signed out, signed in as somebody else, or changed the company: nothing here holds any more.
  useEffect(() => watchSession(() => location.reload()), [])
  useEffect(() => {
    // Back from where somebody signed out, the browser would show the page as they left it.
    const onShow = ({ persisted }: PageTransitionEvent) => persisted && location.reload()
    window.addEventListener('pageshow', onShow)
    return () => window.removeEventListener('pageshow', onShow)
  }, [])
  useStartAnewElsewhere(data && `${data.user.id} ${data.tenant?.key}`)

  if (!data) {
    // Who is not signed in is being sent to the sign-in page.
    if (!session.error || asProblem(session.error).status === 401) return null
    return (
      <ProblemAlert className="m-4 w-auto" error={session.error} onRetry={() => void session.refetch()} />
    )
  }
  return (
    <>
      <ExpiryWarning expiresAt={data.expires_at} idleMinutes={data.idle_minutes} />
      {data.tenant || WITHOUT_TENANT.includes(pathname) ? (
        children
      ) : (
        <NoTenant email={data.user.email} isOperator={data.is_operator} />
      )}
    </>
  )
}

/** Loads the page anew when the session turns out to be somebody else's, or in another company than what is shown. */
function useStartAnewElsewhere(whose: string | undefined): void {
  const first = useRef(whose)
  useEffect(() => {
    first.current ??= whose
    if (whose && whose !== first.current) location.reload()
  }, [whose])
}

function NoTenant({ email, isOperator }: { email: string; isOperator: boolean }) {
  const t = useT('auth')
  const signOut = useSignOut()
  return (
    <Empty
      title={t('account.noTenantTitle')}
      detail={isOperator ? t('account.noTenantOperator') : t('account.noTenant', { email })}
      action={
        <div className="flex flex-wrap justify-center gap-2">
          {isOperator && (
            <Button asChild>
              <Link href="/settings/tenants/">{t('account.tenants')}</Link>
            </Button>
          )}
          <Button asChild variant="outline">
            <Link href="/settings/profile/">{t('account.profile')}</Link>
          </Button>
          <Button variant="outline" disabled={signOut.isPending} onClick={() => signOut.mutate({})}>
            {t('account.signOut')}
          </Button>
        </div>
      }
    />
  )
}
