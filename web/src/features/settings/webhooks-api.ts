import { keepPreviousData, useQueryClient } from '@tanstack/react-query'
import { api } from '@/lib/api'
import type { components, operations } from '@/lib/schema'

export type Endpoint = components['schemas']['WebhookEndpoint']
export type IssuedEndpoint = components['schemas']['IssuedWebhookEndpoint']
export type Delivery = components['schemas']['WebhookDelivery']
export type EventName = Endpoint['events'][number]
export type DeliveryStatus = Delivery['status']
type DeliveryQuery = NonNullable<operations['listWebhookDeliveries']['parameters']['query']>

export type EndpointState = 'enabled' | 'failing' | 'disabled'

export const stateOf = ({ status, failing_since }: Endpoint): EndpointState =>
  status === 'disabled' ? 'disabled' : failing_since ? 'failing' : 'enabled'

/** What people call an endpoint: where it is. */
export function hostOf({ url }: Pick<Endpoint, 'url'>): string {
  try {
    return new URL(url).host
  } catch {
    return url
  }
}

/** The key of an event's words: a dot would lead into another message. */
export const eventKey = (type: string) => type.replace('.', '_') as EventKey
export type EventKey =
  | 'sync_finished'
  | 'forecasts_ready'
  | 'dispute_opened'
  | 'dispute_ended'
  | 'promise_made'
  | 'promise_kept'
  | 'promise_broken'
  | 'reminder_sent'
  | 'reminder_bounced'
  | 'webhook_test'

export const useEndpoints = () => api.useQuery('get', '/api/webhook-endpoints')

export const useDeliveries = (endpointId: string, query: DeliveryQuery) =>
  api.useQuery(
    'get',
    '/api/webhook-endpoints/{endpoint_id}/deliveries',
    { params: { path: { endpoint_id: endpointId }, query } },
    { placeholderData: keepPreviousData },
  )

/** Has all that is shown of endpoints asked for anew. */
function useChanged() {
  const queryClient = useQueryClient()
  return () =>
    queryClient.invalidateQueries({
      predicate: ({ queryKey }) => String(queryKey[1]).startsWith('/api/webhook-endpoints'),
    })
}

export function useCreateEndpoint() {
  const onSuccess = useChanged()
  return api.useMutation('post', '/api/webhook-endpoints', { onSuccess })
}

export function useChangeEndpoint() {
  const onSettled = useChanged()
  return api.useMutation('patch', '/api/webhook-endpoints/{endpoint_id}', { onSettled })
}

export function useEnableEndpoint() {
  const onSuccess = useChanged()
  return api.useMutation('post', '/api/webhook-endpoints/{endpoint_id}/enable', { onSuccess })
}

export function useDeleteEndpoint() {
  const onSuccess = useChanged()
  return api.useMutation('delete', '/api/webhook-endpoints/{endpoint_id}', { onSuccess })
}

export function useRotateSecret() {
  const onSuccess = useChanged()
  return api.useMutation('post', '/api/webhook-endpoints/{endpoint_id}/secret', { onSuccess })
}

export function useTestEndpoint() {
  const onSuccess = useChanged()
  return api.useMutation('post', '/api/webhook-endpoints/{endpoint_id}/test', { onSuccess })
}

export function useReplayDelivery() {
  const onSuccess = useChanged()
  return api.useMutation('post', '/api/webhook-endpoints/{endpoint_id}/deliveries/{delivery_id}/replay', {
    onSuccess,
  })
}

export function useReplayPeriod() {
  const onSuccess = useChanged()
  return api.useMutation('post', '/api/webhook-endpoints/{endpoint_id}/replay', { onSuccess })
}

const HOUR = 3_600_000
export const PERIODS = { hour: HOUR, day: 24 * HOUR, threeDays: 72 * HOUR, month: 720 * HOUR } as const
export type Period = keyof typeof PERIODS

/** The body that asks for what happened in a period that ends now. */
export const periodUntil = (now: number, period: Period) => ({
  from: new Date(now - PERIODS[period]).toISOString(),
  to: new Date(now).toISOString(),
})
