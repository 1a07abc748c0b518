import type { CustomerItem } from './api'

type Balance = CustomerItem['balances'][number]

/** How a customer pays over all currencies: the share on time and the mean days late, weighted by invoices paid. */
export function payBehaviour(balances: Pick<Balance, 'paid_invoices' | 'paid_late' | 'mean_days_late'>[]) {
  let paid = 0
  let late = 0
  let days = 0
  for (const balance of balances) {
    paid += balance.paid_invoices
    late += balance.paid_late
    days += (balance.mean_days_late ?? 0) * balance.paid_invoices
  }
  return {
    paid,
    onTime: paid === 0 ? null : (paid - late) / paid,
    meanDaysLate: paid === 0 ? null : days / paid,
  }
}

/** How much of the credit limit is used, as a ratio; null without a limit, which is in the customer's own currency. */
export function limitUsed(
  customer: Pick<CustomerItem, 'credit_limit' | 'currency' | 'balances'>,
): number | null {
  const limit = Number(customer.credit_limit ?? 0)
  if (limit <= 0) return null
  const balance = customer.balances.find(({ currency }) => currency === customer.currency)
  return Number(balance?.open_balance ?? 0) / limit
}
