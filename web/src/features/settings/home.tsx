'use client'

import { useEffect } from 'react'
import { useRouter } from '@/lib/nav'
import { useSession } from '@/lib/session'

/** Leads on to the first page of the settings that there is for the reader. */
export function SettingsHome() {
  const router = useRouter()
  const { tenant } = useSession()
  useEffect(() => {
    router.replace(tenant ? '/settings/general/' : '/settings/profile/')
  }, [router, tenant])
  return null
}
