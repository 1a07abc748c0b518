import type { Metadata } from 'next'
import { Content } from './content'

export const metadata: Metadata = { title: 'Disputes' }

export default function Route() {
  return <Content />
}
