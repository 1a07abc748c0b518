import type { Metadata } from 'next'
import { InvoicePage } from '@/features/invoices/view-page'

export const metadata: Metadata = { title: 'Invoice' }

export default function Route() {
  return <InvoicePage />
}
