import { useQueryClient } from '@tanstack/react-query'
import { api } from '@/lib/api'
import type { components } from '@/lib/schema'

export type Writer = components['schemas']['Writer']
export type Template = components['schemas']['Template']
export type TemplateVariable = components['schemas']['TemplateVariable']
export type Filled = components['schemas']['Filled']
export type Written = components['schemas']['Written']

export const useWriters = () => api.useQuery('get', '/api/reminder-writers')
export const useTemplates = () => api.useQuery('get', '/api/reminder-templates')

function useChanged(address: '/api/reminder-writers' | '/api/reminder-templates') {
  const queryClient = useQueryClient()
  return () => queryClient.invalidateQueries({ queryKey: ['get', address] })
}

export function useSetUpWriter() {
  const changed = useChanged('/api/reminder-writers')
  return api.useMutation('put', '/api/reminder-writers/{plugin}', { onSuccess: changed })
}

export function useRemoveWriter() {
  const changed = useChanged('/api/reminder-writers')
  return api.useMutation('delete', '/api/reminder-writers/{plugin}', { onSuccess: changed })
}

export const useTestWriter = () => api.useMutation('post', '/api/reminder-writers/{plugin}/test')
export const usePreviewTemplate = () => api.useMutation('post', '/api/reminder-templates/preview')

const TEMPLATE = '/api/reminder-templates/{purpose}/{language}/{tone}'

export function useStoreTemplate() {
  const changed = useChanged('/api/reminder-templates')
  return api.useMutation('put', TEMPLATE, { onSuccess: changed })
}

export function useResetTemplate() {
  const changed = useChanged('/api/reminder-templates')
  return api.useMutation('delete', TEMPLATE, { onSuccess: changed })
}
