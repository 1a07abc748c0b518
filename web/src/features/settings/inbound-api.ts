import { useQueryClient } from '@tanstack/react-query'
import { api } from '@/lib/api'
import type { components } from '@/lib/schema'

export type InboundAddress = components['schemas']['InboundAddress']
export type IssuedAddress = components['schemas']['IssuedAddress']
export type Channel = components['schemas']['Channel']

export const useInbound = () => api.useQuery('get', '/api/inbound-addresses')

function useChanged() {
  const queryClient = useQueryClient()
  return () => queryClient.invalidateQueries({ queryKey: ['get', '/api/inbound-addresses'] })
}

export function useCreateInbound() {
  const changed = useChanged()
  return api.useMutation('post', '/api/inbound-addresses', { onSuccess: changed })
}

export function useDeleteInbound() {
  const changed = useChanged()
  return api.useMutation('delete', '/api/inbound-addresses/{address_id}', { onSuccess: changed })
}

/** What may be set for a channel. */
export interface Setting {
  name: string
  title: string
  help: string | undefined
  pattern: RegExp | null
  isRequired: boolean
}

/** The settings that a channel's JSON Schema lists, as fields for text. */
export function settingsOf(channel: Channel | undefined): Setting[] {
  const { properties = {}, required = [] } = (channel?.config ?? {}) as {
    properties?: Record<string, { type?: string; title?: string; description?: string; pattern?: string }>
    required?: string[]
  }
  return Object.entries(properties)
    .filter(([, { type }]) => type === 'string')
    .map(([name, { title, description, pattern }]) => ({
      name,
      title: title ?? name,
      help: description,
      pattern: pattern ? new RegExp(pattern, 'u') : null,
      isRequired: required.includes(name),
    }))
}
