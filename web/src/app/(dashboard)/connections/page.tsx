import type { Metadata } from 'next'
import { Content } from './content'

export const metadata: Metadata = { title: 'Connections' }

export default function Route() {
  return <Content />
}
