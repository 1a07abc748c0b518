import type { Metadata } from 'next'
import { InvoicesPage } from '@/features/invoices/page'

export const metadata: Metadata = { title: 'Invoices' }

export default function Route() {
  return <InvoicesPage />
}
