import type { Metadata } from 'next'
import { Content } from './content'

export const metadata: Metadata = { title: 'Worklist' }

export default function Route() {
  return <Content />
}
