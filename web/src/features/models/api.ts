import { keepPreviousData, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { api } from '@/lib/api'
import type { components } from '@/lib/schema'

export type Model = components['schemas']['Model']
export type ModelDetail = components['schemas']['ModelDetail']
export type Accuracy = components['schemas']['Accuracy']
export type AccuracyFigures = components['schemas']['AccuracyFigures']
export type Task = Model['task']

export const HORIZONS = ['first', 'd30', 'd14', 'd7'] as const
export type Horizon = (typeof HORIZONS)[number]

export const useAccuracy = (months: number, horizon: Horizon) =>
  api.useQuery(
    'get',
    '/api/accuracy',
    { params: { query: { months, horizon } } },
    { placeholderData: keepPreviousData },
  )

/** The models in use, one per task at most. */
export const useChampions = () =>
  api.useQuery('get', '/api/models', { params: { query: { status: 'champion', limit: 10 } } })

export const useModels = (cursor: string | null) =>
  api.useQuery(
    'get',
    '/api/models',
    { params: { query: { limit: 25, ...(cursor ? { cursor } : {}) } } },
    { placeholderData: keepPreviousData },
  )

export const useModel = (id: string | null) =>
  api.useQuery(
    'get',
    '/api/models/{model_id}',
    { params: { path: { model_id: id ?? '' } } },
    { enabled: id !== null },
  )

export const usePromote = () => api.useMutation('post', '/api/models/{model_id}/promote')
export const useRollBack = () => api.useMutation('post', '/api/models/rollback')
export const useRelease = () => api.useMutation('post', '/api/models/{model_id}/release')
export const useBacktest = () => api.useMutation('post', '/api/models/{model_id}/backtest')

/** Has everything that depends on which model is in charge be read again. */
export function useModelsChanged(): () => void {
  const queryClient = useQueryClient()
  return useCallback(() => {
    void queryClient.invalidateQueries({
      predicate: ({ queryKey }) =>
        ['/api/models', '/api/accuracy', '/api/overview', '/api/cashflow'].some(
          (path) => typeof queryKey[1] === 'string' && queryKey[1].startsWith(path),
        ),
    })
  }, [queryClient])
}
