import type { Metadata } from 'next'
import { ConnectionPage } from '@/features/connections/connection-page'

export const metadata: Metadata = { title: 'Connection' }

export default function Route() {
  return <ConnectionPage />
}
