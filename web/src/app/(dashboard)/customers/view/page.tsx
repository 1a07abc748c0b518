import type { Metadata } from 'next'
import { CustomerPage } from '@/features/customers/view-page'

export const metadata: Metadata = { title: 'Customer' }

export default function Route() {
  return <CustomerPage />
}
