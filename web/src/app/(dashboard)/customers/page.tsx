import type { Metadata } from 'next'
import { Content } from './content'

export const metadata: Metadata = { title: 'Customers' }

export default function Route() {
  return <Content />
}
