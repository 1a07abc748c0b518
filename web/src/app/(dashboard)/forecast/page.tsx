import type { Metadata } from 'next'
import { Content } from './content'

export const metadata: Metadata = { title: 'Forecast' }

export default function Route() {
  return <Content />
}
