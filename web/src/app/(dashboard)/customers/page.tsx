import type { Metadata } from 'next'
import { CustomersPage } from '@/features/customers/page'

export const metadata: Metadata = { title: 'Customers' }

export default function Route() {
  return <CustomersPage />
}
