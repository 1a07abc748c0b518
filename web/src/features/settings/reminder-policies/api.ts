import { useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { api } from '@/lib/api'
import type { components } from '@/lib/schema'

export type Policy = components['schemas']['ReminderPolicy']
export type Simulation = components['schemas']['Simulation']
export type SimulatedMessage = components['schemas']['SimulatedMessage']
export type LeftOut = components['schemas']['LeftOut']
export type Settings = components['schemas']['ReminderSettings']

export const usePolicies = () => api.useQuery('get', '/api/reminder-policies')
export const useCreatePolicy = () => api.useMutation('post', '/api/reminder-policies')
export const useUpdatePolicy = () => api.useMutation('put', '/api/reminder-policies/{policy_id}')
export const useDeletePolicy = () => api.useMutation('delete', '/api/reminder-policies/{policy_id}')
export const useSimulate = () => api.useMutation('post', '/api/reminder-policies/simulate')
export const useSettings = () => api.useQuery('get', '/api/reminder-settings')
export const useUpdateSettings = () => api.useMutation('put', '/api/reminder-settings')

/** The writers that a step may name; the template until they are known. */
export function useWriters(): { plugin: string; name: string }[] {
  const { data } = api.useQuery('get', '/api/reminder-writers', {}, { staleTime: 60_000 })
  return data?.items ?? []
}

/** The channels to customers that a step may name. */
export function useChannels(): { id: string; name: string }[] {
  const { data } = api.useQuery('get', '/api/channels', {}, { staleTime: 60_000 })
  return data?.items.filter(({ purpose }) => purpose === 'debtors') ?? []
}

/** Has policies and settings be read again. */
export function useChanged(): () => Promise<void> {
  const queryClient = useQueryClient()
  return useCallback(
    () =>
      queryClient.invalidateQueries({
        predicate: ({ queryKey: [, address] }) =>
          typeof address === 'string' && /^\/api\/reminder-(policies|settings)(\/|$)/.test(address),
      }),
    [queryClient],
  )
}
