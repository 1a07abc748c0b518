import type { Metadata } from 'next'
import { Content } from './content'

export const metadata: Metadata = { title: 'Open invoices', robots: 'noindex, nofollow' }

export default function Route() {
  return <Content />
}
