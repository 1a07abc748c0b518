import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { client } from '@/lib/api'
import type { components } from '@/lib/schema'
import { sumByCurrency } from '@/lib/sums'

export type Statement = components['schemas']['DebtorPage']
export type DebtorInvoice = Statement['invoices'][number]

/** What can be promised or objected to: what is neither agreed to be credited nor in dispute. Of many, per currency. */
export const undisputed = (invoices: readonly DebtorInvoice[]) =>
  sumByCurrency(
    invoices.flatMap(({ open, credited, disputed, currency }) =>
      [open, `-${credited}`, `-${disputed}`].map((amount) => ({ amount, currency })),
    ),
  )

const keyOf = (token: string) => ['statement', token]

/** What the customer of a link owes. */
export const useStatement = (token: string) =>
  useQuery({
    queryKey: keyOf(token),
    queryFn: async () => (await client.GET('/api/debtor/{token}', { params: { path: { token } } })).data!,
  })

export type Said =
  | { what: 'promises'; body: components['schemas']['DebtorPromiseInput'] }
  | { what: 'payments'; body: components['schemas']['DebtorPaymentInput'] }
  | { what: 'copies'; body: components['schemas']['CopyInput'] }
  | { what: 'disputes'; body: components['schemas']['DebtorDisputeInput'] }

/** Says something to the sender: under one key it is said once. The page is then as the answer has it. */
export function useSay(token: string): (said: Said, key: string) => Promise<void> {
  const queryClient = useQueryClient()
  return useCallback(
    async (said, key) => {
      const params = { path: { token }, header: { 'Idempotency-Key': key } }
      queryClient.setQueryData(keyOf(token), await post(said, params))
    },
    [queryClient, token],
  )
}

async function post(
  said: Said,
  params: { path: { token: string }; header: { 'Idempotency-Key': string } },
): Promise<Statement> {
  switch (said.what) {
    case 'promises':
      return (await client.POST('/api/debtor/{token}/promises', { params, body: said.body })).data!
    case 'payments':
      return (await client.POST('/api/debtor/{token}/payments', { params, body: said.body })).data!
    case 'copies':
      return (await client.POST('/api/debtor/{token}/copies', { params, body: said.body })).data!
    case 'disputes':
      return (await client.POST('/api/debtor/{token}/disputes', { params, body: said.body })).data!
  }
}
