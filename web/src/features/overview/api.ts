import { keepPreviousData } from '@tanstack/react-query'
import { api } from '@/lib/api'
import type { components } from '@/lib/schema'

export type Overview = components['schemas']['Overview']
export type CurrencyOverview = components['schemas']['CurrencyOverview']
export type Attention = components['schemas']['Attention']
export type Contact = components['schemas']['CustomerToContact']

/** All that the overview shows, in one answer. */
export const useOverview = () =>
  api.useQuery('get', '/api/overview', {}, { placeholderData: keepPreviousData })
