import type { Metadata } from 'next'
import { ForecastPage } from '@/features/forecast/page'

export const metadata: Metadata = { title: 'Forecast' }

export default function Route() {
  return <ForecastPage />
}
