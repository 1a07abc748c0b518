import type { Metadata } from 'next'
import { WorklistPage } from '@/features/worklist/page'

export const metadata: Metadata = { title: 'Worklist' }

export default function Route() {
  return <WorklistPage />
}
