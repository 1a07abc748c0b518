import type { Metadata } from 'next'
import { Content } from './content'

export const metadata: Metadata = { title: 'Import a file' }

export default function Route() {
  return <Content />
}
