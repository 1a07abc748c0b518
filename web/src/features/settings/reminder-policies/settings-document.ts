/** The settings of reminders as they are entered, and as config/reminder_settings.schema.json has them. */

import { listOf } from './document'

export const LANGUAGES = ['en', 'de', 'es', 'fr'] as const

/** Amounts by currency as they are typed: "EUR 10.00, USD 15". */
export interface Amounts {
  text: string
  amounts: Record<string, string>
  isRight: boolean
}

export interface Entries {
  company: string
  name: string
  phone: string
  address: string
  replyTo: string
  language: string
  iban: string
  bic: string
  holder: string
  link: string
  from: string
  to: string
  fridayTo: string
  weekdays: string[]
  perDays: number | undefined
  perWeek: number | undefined
  minimum: Amounts
  tolerance: Amounts
  minimumAge: number | undefined
  rest: number | undefined
  tags: string[]
  stale: number | undefined
  filesStale: number | undefined
  askAfter: number | undefined
  fee: Amounts
  interest: string
  discount: string
}

interface Document {
  sender: { company: string; name: string; phone: string; postal_address: string; reply_to: string | null }
  bank: { iban: string; bic: string | null; holder: string | null } | null
  payment_link: string | null
  allowed: {
    late_fee: { amount: string; currency: string } | null
    interest_rate: string | null
    discount: string | null
  }
  language: string
  quiet: { from: string; to: string; friday_to: string | null; weekdays: number[] }
  caps: { per_days: number; max_per_week: number }
  minimum_amount: Record<string, string>
  tolerance: Record<string, string>
  stale_after_hours: number
  files_stale_after_days: number
  minimum_age_days: number
  rest_after_answer_days: number
  key_account_tags: string[]
  ask_provider_after_minutes: number
}

const AMOUNT = /^([A-Za-z]{3})\s+(\d{1,15}(?:\.\d{1,4})?)$/

/** What is typed as amounts, each with its currency before it. */
export function readAmounts(text: string): Amounts {
  const found = listOf(text).map((each) => AMOUNT.exec(each))
  const amounts = Object.fromEntries(
    found.flatMap((each) => (each ? [[each[1]!.toUpperCase(), each[2]!]] : [])),
  )
  return { text, amounts, isRight: found.every(Boolean) }
}

function showAmounts(amounts: Record<string, string>): Amounts {
  const text = Object.entries(amounts)
    .map(([currency, amount]) => `${currency} ${amount}`)
    .join(', ')
  return { text, amounts, isRight: true }
}

/** The settings as they are entered. */
export function read(stored: object): Entries {
  const document = stored as Document
  const { sender, bank, quiet, caps, allowed } = document
  return {
    company: sender.company,
    name: sender.name,
    phone: sender.phone,
    address: sender.postal_address,
    replyTo: sender.reply_to ?? '',
    language: document.language,
    iban: bank?.iban ?? '',
    bic: bank?.bic ?? '',
    holder: bank?.holder ?? '',
    link: document.payment_link ?? '',
    from: quiet.from,
    to: quiet.to,
    fridayTo: quiet.friday_to ?? '',
    weekdays: quiet.weekdays.map(String),
    perDays: caps.per_days,
    perWeek: caps.max_per_week,
    minimum: showAmounts(document.minimum_amount),
    tolerance: showAmounts(document.tolerance),
    minimumAge: document.minimum_age_days,
    rest: document.rest_after_answer_days,
    tags: document.key_account_tags,
    stale: document.stale_after_hours,
    filesStale: document.files_stale_after_days,
    askAfter: document.ask_provider_after_minutes,
    fee: showAmounts(allowed.late_fee ? { [allowed.late_fee.currency]: allowed.late_fee.amount } : {}),
    interest: allowed.interest_rate ?? '',
    discount: allowed.discount ?? '',
  }
}

/** The document of what is entered; null while a number or an amount is none. */
export function write(entries: Entries): { [key: string]: unknown } | null {
  const { perDays, perWeek, minimumAge, rest, stale, filesStale, askAfter, minimum, tolerance, fee } = entries
  const fees = Object.entries(fee.amounts)
  const numbers = [perDays, perWeek, minimumAge, rest, stale, filesStale, askAfter]
  if (numbers.includes(undefined) || ![minimum, tolerance, fee].every(({ isRight }) => isRight)) return null
  if (fees.length > 1) return null
  const compact = (code: string) => code.replaceAll(/\s/g, '').toUpperCase()
  const orNull = (text: string) => text.trim() || null
  const [late] = fees
  return {
    sender: {
      company: entries.company.trim(),
      name: entries.name.trim(),
      phone: entries.phone.trim(),
      postal_address: entries.address.trim(),
      reply_to: orNull(entries.replyTo),
    },
    bank:
      compact(entries.iban) === ''
        ? null
        : {
            iban: compact(entries.iban),
            bic: compact(entries.bic) || null,
            holder: orNull(entries.holder),
          },
    payment_link: orNull(entries.link),
    allowed: {
      late_fee: late ? { currency: late[0], amount: late[1] } : null,
      interest_rate: orNull(entries.interest),
      discount: orNull(entries.discount),
    },
    language: entries.language,
    quiet: {
      from: entries.from,
      to: entries.to,
      friday_to: entries.fridayTo || null,
      weekdays: entries.weekdays.map(Number),
    },
    caps: { per_days: perDays, max_per_week: perWeek },
    minimum_amount: minimum.amounts,
    tolerance: tolerance.amounts,
    stale_after_hours: stale,
    files_stale_after_days: filesStale,
    minimum_age_days: minimumAge,
    rest_after_answer_days: rest,
    key_account_tags: entries.tags,
    ask_provider_after_minutes: askAfter,
  }
}
