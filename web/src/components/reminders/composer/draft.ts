import type { Recipient, Reminder } from '../api'
import type { Tone } from '../words'

/** What somebody has said of a reminder so far; what is null is left to the hub. */
export interface Draft {
  customer: { id: string; name: string } | null
  /** Null: what is overdue. */
  invoiceIds: string[] | null
  channelId: string | null
  recipients: Recipient[] | null
  tone: Tone
  /** BCP 47. */
  language: string | null
  writer: string | null
  /** The reader's own words; null while the writer's are taken. */
  words: { subject: string; text: string } | null
  statement: boolean
}

/** A draft of which it is known what it asks for. */
export type Asking = Draft & { invoiceIds: string[] }

export const emptyDraft = (customer: Draft['customer'], invoiceIds: string[] | null = null): Draft => ({
  customer,
  invoiceIds,
  channelId: null,
  recipients: null,
  tone: 'friendly',
  language: null,
  writer: null,
  words: null,
  statement: false,
})

/** A reminder as it stands, to be worked on. */
export const draftOf = (reminder: Reminder): Draft => ({
  customer: { id: reminder.customer_id, name: reminder.customer_name ?? '' },
  invoiceIds: reminder.items.filter((each) => each.dropped === null).map((each) => each.invoice_id),
  channelId: reminder.channel_id,
  recipients: reminder.recipients,
  tone: reminder.tone,
  language: reminder.language,
  writer: reminder.writer,
  words:
    reminder.subject === null || reminder.text === null
      ? null
      : { subject: reminder.subject, text: reminder.text },
  statement: reminder.attachments.includes('statement'),
})

/** The draft as the hub takes it; null while it is not known whom it asks for what. */
export function bodyOf(draft: Asking) {
  const { customer, invoiceIds, channelId, recipients, tone, language, writer, words } = draft
  if (customer === null || invoiceIds.length === 0) return null
  return {
    customer_id: customer.id,
    invoice_ids: invoiceIds,
    channel_id: channelId,
    scheduled_at: null,
    tone,
    attachments: draft.statement ? ['statement' as const] : [],
    ...(recipients === null || recipients.length === 0 ? {} : { recipients }),
    ...(language === null ? {} : { language }),
    ...(writer === null ? {} : { writer }),
    // Neither may be empty: what nobody has written yet is the writer's.
    ...(words !== null && isWhole(words) ? words : {}),
  }
}

/** What of a reminder that is there another wording needs: its tone, its language or its writer is another one. */
export function rewordingOf(reminder: Reminder, draft: Draft) {
  return {
    ...(draft.tone === reminder.tone ? {} : { tone: draft.tone }),
    ...(draft.language === null || draft.language === reminder.language ? {} : { language: draft.language }),
    ...(draft.writer === null || draft.writer === reminder.writer ? {} : { writer: draft.writer }),
  }
}

/** What a reminder asks for until somebody chooses: all that is overdue and undisputed, else what is due first. */
export function overdueFirst(
  invoices: readonly { id: string; days_overdue: number; disputed: boolean | null }[],
): string[] {
  const undisputed = invoices.filter(({ disputed }) => !disputed)
  const overdue = undisputed.filter(({ days_overdue: days }) => days > 0)
  return (overdue.length > 0 ? overdue : undisputed.slice(0, 1)).map(({ id }) => id)
}

/** Whether there is a subject and a text. */
export const isWhole = (words: { subject: string; text: string }) =>
  words.subject.trim() !== '' && words.text.trim() !== ''

/** Why nothing is sent to an address, by the address: the warnings that name it. */
export function optOutsOf(
  recipients: readonly Recipient[],
  warnings: readonly { code: string; sentence: string }[],
): Map<string, string> {
  return new Map(
    recipients.flatMap(({ email }) => {
      const warning = warnings.find(({ sentence }) => sentence.toLowerCase().includes(email.toLowerCase()))
      return warning ? [[email, warning.sentence] as const] : []
    }),
  )
}

/** An address as far as a form can tell; the hub and the mail server know better. */
export const isAddress = (text: string) => /^[^\s@<>,;"]+@[^\s@<>,;"]+\.[^\s@<>,;"]{2,}$/.test(text.trim())
