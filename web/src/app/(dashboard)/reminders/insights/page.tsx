import type { Metadata } from 'next'
import { Content } from './content'

export const metadata: Metadata = { title: 'Reminder insights' }

export default function Route() {
  return <Content />
}
