import { useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { api } from '@/lib/api'
import type { components } from '@/lib/schema'

export type Classifiers = components['schemas']['DisputeClassifiers']
export type Classifier = components['schemas']['DisputeClassifier']

export const useClassifiers = () => api.useQuery('get', '/api/dispute-classifiers')
export const useTrainClassifier = () => api.useMutation('post', '/api/dispute-classifiers/train')
export const useRollBackClassifier = () => api.useMutation('post', '/api/dispute-classifiers/rollback')

export function useClassifiersChanged(): () => void {
  const queryClient = useQueryClient()
  return useCallback(
    () => void queryClient.invalidateQueries({ queryKey: ['get', '/api/dispute-classifiers'] }),
    [queryClient],
  )
}
