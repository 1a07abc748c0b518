import type { Metadata } from 'next'
import { ModelsPage } from '@/features/models/page'

export const metadata: Metadata = { title: 'Model quality' }

export default function Route() {
  return <ModelsPage />
}
