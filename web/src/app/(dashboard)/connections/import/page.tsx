import type { Metadata } from 'next'
import { ImportPage } from '@/features/connections/import/import-page'

export const metadata: Metadata = { title: 'Import a file' }

export default function Route() {
  return <ImportPage />
}
