const PLACES = 4

/** What the rows come to, per currency, added up exactly: money is never a float. */
export function sumByCurrency(
  rows: readonly { currency: string; amount: string }[],
): { currency: string; amount: string }[] {
  const sums = new Map<string, bigint>()
  for (const { currency, amount } of rows) sums.set(currency, (sums.get(currency) ?? 0n) + units(amount))
  return [...sums].sort().map(([currency, sum]) => ({ currency, amount: decimal(sum) }))
}

/** An amount in ten-thousandths of its currency. */
function units(amount: string): bigint {
  const [, sign = '', whole = '0', places = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(amount) ?? []
  return BigInt(`${sign}${whole}${places.padEnd(PLACES, '0').slice(0, PLACES)}`)
}

function decimal(sum: bigint): string {
  const digits = (sum < 0n ? -sum : sum).toString().padStart(PLACES + 1, '0')
  return `${sum < 0n ? '-' : ''}${digits.slice(0, -PLACES)}.${digits.slice(-PLACES)}`
}
