import { useQueryClient } from '@tanstack/react-query'
import type { Tone } from '@/components/status'
import { api } from '@/lib/api'
import type { components } from '@/lib/schema'

export type Channel = components['schemas']['SetUpChannel']
export type ChannelPlugin = components['schemas']['ChannelPlugin']
export type Purpose = ChannelPlugin['purposes'][number]

export const TONES: Record<Channel['status'], Tone> = {
  ready: 'positive',
  failing: 'negative',
  disabled: 'neutral',
}

export const useChannels = () => api.useQuery('get', '/api/channels')

/** Has all that is shown of channels asked for anew, and what tells that one does not work. */
function useChanged() {
  const queryClient = useQueryClient()
  return () =>
    queryClient.invalidateQueries({
      predicate: ({ queryKey }) => /^\/api\/(channels|notices)/.test(String(queryKey[1])),
    })
}

export function useCreateChannel() {
  const onSuccess = useChanged()
  return api.useMutation('post', '/api/channels', { onSuccess })
}

export function useChangeChannel() {
  const onSettled = useChanged()
  return api.useMutation('patch', '/api/channels/{channel_id}', { onSettled })
}

export function useDeleteChannel() {
  const onSettled = useChanged()
  return api.useMutation('delete', '/api/channels/{channel_id}', { onSettled })
}

export function useCheckChannel() {
  const onSettled = useChanged()
  return api.useMutation('post', '/api/channels/{channel_id}/check', { onSettled })
}

export function useTestChannel() {
  const onSettled = useChanged()
  return api.useMutation('post', '/api/channels/{channel_id}/test', { onSettled })
}

export function useCreateReceiptsAddress() {
  const onSuccess = useChanged()
  return api.useMutation('post', '/api/channels/{channel_id}/receipts-address', { onSuccess })
}
