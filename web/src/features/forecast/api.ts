import { keepPreviousData, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { api } from '@/lib/api'
import type { components } from '@/lib/schema'
import { backOf, horizonOf, type View } from './view'

export type CurrencyCashFlow = components['schemas']['CurrencyCashFlow']
export type CashFlow = components['schemas']['CashFlow']
export type Change = components['schemas']['Change']
export type Compared = components['schemas']['Compared']
export type ComparedPeriod = components['schemas']['ComparedPeriod']

export const useCashFlow = (view: View) =>
  api.useQuery(
    'get',
    '/api/cashflow',
    { params: { query: { by: view.by, horizon: horizonOf(view), back: backOf(view) } } },
    { placeholderData: keepPreviousData },
  )

/** What the cash would be under these changes, all of them together; nothing is asked while there are none. */
export const useScenario = (changes: Change[], view: View, name: string) =>
  api.useQuery(
    'post',
    '/api/cashflow/scenarios',
    { body: { by: view.by, horizon: horizonOf(view), scenarios: [{ name, changes }] } },
    { enabled: changes.length > 0, placeholderData: keepPreviousData, staleTime: Infinity, retry: false },
  )

/** Customers whose names contain a text; the first ones by name where there is none. */
export const useCustomerSearch = (text: string) =>
  api.useQuery(
    'get',
    '/api/customers',
    { params: { query: { limit: 20, open: true, ...(text ? { name: text } : {}) } } },
    { placeholderData: keepPreviousData },
  )

export const useRequestForecast = () => api.useMutation('post', '/api/predictions')

/** Has everything that comes from a forecast be read again. */
export function useForecastChanged(): () => void {
  const queryClient = useQueryClient()
  return useCallback(() => {
    void queryClient.invalidateQueries({
      predicate: ({ queryKey }) =>
        [
          '/api/cashflow',
          '/api/overview',
          '/api/predictions',
          '/api/invoices',
          '/api/customers',
          '/api/worklist',
        ].some((path) => typeof queryKey[1] === 'string' && queryKey[1].startsWith(path)),
    })
  }, [queryClient])
}
