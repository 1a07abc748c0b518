import type { Metadata } from 'next'
import { Content } from './content'

export const metadata: Metadata = { title: 'Model quality' }

export default function Route() {
  return <Content />
}
