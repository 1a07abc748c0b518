import type { Metadata } from 'next'
import { Content } from './content'

export const metadata: Metadata = { title: 'Reminders' }

export default function Route() {
  return <Content />
}
