'use client'

import { pageOf } from '@/lib/page-of'

export const Content = pageOf(async () => (await import('@/features/settings/channels')).Channels)
