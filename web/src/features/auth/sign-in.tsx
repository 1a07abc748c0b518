'use client'

import { useEffect, useState } from 'react'
import { Alert, AlertDescription } from '@/components/ui/alert'
import { Button } from '@/components/ui/button'
import { Separator } from '@/components/ui/separator'
import { Skeleton } from '@/components/ui/skeleton'
import { announceSession } from '@/lib/session'
import { api, client } from '@/lib/api'
import { useT } from '@/lib/i18n'
import { takeLink, useArrival } from './arrival'
import { Frame } from './frame'
import { HOME } from './return-to'
import { useRefusalText } from './refusal'
import { NewPasswordForm } from './new-password-form'
import { SignInForm } from './sign-in-form'

const KNOWN = [
  'access_denied',
  'disabled',
  'email_unverified',
  'expired',
  'no_email',
  'other_account',
  'provider',
  'provider_unavailable',
  'unknown_organization',
] as const

/** Where people come in: by password, by a one-time link, or through the provider. */
export function SignIn() {
  const t = useT('auth')
  const say = useRefusalText()
  const arrival = useArrival()
  const [email, setEmail] = useState<string | null>(null)
  const [refusal, setRefusal] = useState<unknown>(null)
  const methods = api.useQuery('get', '/api/session/methods')

  useEffect(() => {
    const link = arrival && takeLink()
    if (!link) return
    client
      .POST('/api/session/link', { body: { link, password: null } })
      .then(({ data }) => setEmail(data!.user.email))
      .catch(setRefusal)
  }, [arrival])

  const goOn = () => {
    announceSession()
    location.replace(arrival?.returnTo ?? HOME)
  }
  const code = KNOWN.find((each) => each === arrival?.error)
  const wrong = refusal
    ? say(refusal)
    : arrival?.error
      ? t(`errors.${code ?? 'other'}`)
      : methods.error
        ? say(methods.error)
        : ''

  if (email)
    return (
      <Frame>
        <NewPasswordForm email={email} done={goOn} />
      </Frame>
    )
  const isReady = arrival && methods.data && (!arrival.link || refusal !== null)
  return (
    <Frame>
      <h1 className="mb-4 text-xl font-semibold">{t('signIn.title')}</h1>
      {wrong && (
        <Alert variant="destructive" className="mb-4">
          <AlertDescription>{wrong}</AlertDescription>
        </Alert>
      )}
      {!isReady && !methods.error && (
        <div className="space-y-4" aria-hidden>
          <Skeleton className="h-15 w-full" />
          <Skeleton className="h-15 w-full" />
          <Skeleton className="h-9 w-full" />
        </div>
      )}
      {isReady && methods.data.oidc && (
        <Button asChild className="w-full">
          <a href={`/api/oidc/start?return_to=${encodeURIComponent(arrival.returnTo)}`}>{t('signIn.oidc')}</a>
        </Button>
      )}
      {isReady && methods.data.oidc && methods.data.local && (
        <div className="my-4 flex items-center gap-3 text-xs text-muted-foreground">
          <Separator className="flex-1" />
          {t('signIn.or')}
          <Separator className="flex-1" />
        </div>
      )}
      {isReady && methods.data.local && <SignInForm done={goOn} isFirst={!methods.data.oidc} />}
      <noscript>
        <p>{t('signIn.noScript')}</p>
      </noscript>
    </Frame>
  )
}
