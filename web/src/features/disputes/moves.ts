import { useMutation } from '@tanstack/react-query'
import { once, useDisputesChanged } from '@/components/disputes/api'
import { client } from '@/lib/api'
import type { paths } from '@/lib/schema'

export const MOVES = ['investigate', 'propose', 'accept', 'reject', 'resolve', 'reopen'] as const
export type Move = (typeof MOVES)[number]

type BodyOf<Path extends keyof paths> = paths[Path] extends {
  post: { requestBody?: { content: { 'application/json': infer Body } } }
}
  ? Body
  : never

/** A move with what is said along with it. */
export type Made =
  | { move: 'investigate' }
  | { move: 'propose'; body: BodyOf<'/api/disputes/{dispute_id}/propose'> }
  | { move: 'accept'; body: BodyOf<'/api/disputes/{dispute_id}/accept'> }
  | { move: 'reject'; body: BodyOf<'/api/disputes/{dispute_id}/reject'> }
  | { move: 'resolve'; body: BodyOf<'/api/disputes/{dispute_id}/resolve'> }
  | { move: 'reopen'; body: BodyOf<'/api/disputes/{dispute_id}/reopen'> }

/** Moves a dispute on; whatever shows disputes is read again before it counts as done. */
export function useMove(id: string) {
  const changed = useDisputesChanged()
  return useMutation({
    mutationFn: async (made: Made) => {
      const params = { path: { dispute_id: id }, header: once() }
      switch (made.move) {
        case 'investigate':
          return client.POST('/api/disputes/{dispute_id}/investigate', { params })
        case 'propose':
          return client.POST('/api/disputes/{dispute_id}/propose', { params, body: made.body })
        case 'accept':
          return client.POST('/api/disputes/{dispute_id}/accept', { params, body: made.body })
        case 'reject':
          return client.POST('/api/disputes/{dispute_id}/reject', { params, body: made.body })
        case 'resolve':
          return client.POST('/api/disputes/{dispute_id}/resolve', { params, body: made.body })
        case 'reopen':
          return client.POST('/api/disputes/{dispute_id}/reopen', { params, body: made.body })
      }
    },
    onSuccess: changed,
  })
}
