/** What the hub takes for an amount: digits and a point. */
const AMOUNT = /^\d{1,15}(\.\d{1,4})?$/

/** What somebody typed as the hub takes it: without spaces, and with a point for a comma. */
export const typedAmount = (text: string) => text.trim().replace(/\s/g, '').replace(',', '.')

/** Whether what somebody typed is an amount above 0. */
export const isAmount = (text: string) => AMOUNT.test(typedAmount(text)) && Number(typedAmount(text)) > 0

/** An amount as somebody would type it: without the zeros that are there only for exactness. */
export const plainAmount = (amount: string | null | undefined) => (amount ?? '').replace(/(\.\d\d)0+$/, '$1')
