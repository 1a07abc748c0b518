import { z } from 'zod'
import type { Profile } from './api'

/** What is typed of a profile; empty texts stand for nothing. */
export const profileForm = (words: { name: string; email: string; tooLong: string; tooMany: string }) =>
  z.object({
    contacts: z
      .array(
        z.object({
          name: z.string().trim().min(1, words.name).max(200, words.tooLong),
          role: z.string().trim().max(200, words.tooLong),
          email: z.union([z.literal(''), z.email(words.email)]),
          phone: z.string().trim().max(60, words.tooLong),
        }),
      )
      .max(20, words.tooMany),
    notes: z.string().max(10_000, words.tooLong),
    tags: z.string().refine((text) => tagsOf(text).every((tag) => tag.length <= 60), words.tooLong),
    risk_override: z.enum(['none', 'low', 'medium', 'high']),
    preferred_channel: z.enum(['none', 'email', 'phone', 'post']),
    exclude_from_reminders: z.boolean(),
  })

export type ProfileValues = z.infer<ReturnType<typeof profileForm>>

export const EMPTY_CONTACT = { name: '', role: '', email: '', phone: '' }

export function toValues(profile: Profile): ProfileValues {
  return {
    contacts: (profile.contacts ?? []).map((contact) => ({ ...EMPTY_CONTACT, ...contact })),
    notes: profile.notes ?? '',
    tags: (profile.tags ?? []).join(', '),
    risk_override: profile.risk_override ?? 'none',
    preferred_channel: profile.preferred_channel ?? 'none',
    exclude_from_reminders: profile.exclude_from_reminders ?? false,
  }
}

/** The profile to be kept. A PUT replaces all of it, so nothing that is still meant may be left out. */
export function toProfile(values: ProfileValues): Profile {
  const tags = tagsOf(values.tags)
  return {
    contacts: values.contacts.map(
      (contact) =>
        Object.fromEntries(Object.entries(contact).filter(([, text]) => text.trim() !== '')) as {
          name: string
        },
    ),
    ...(values.notes.trim() ? { notes: values.notes } : {}),
    ...(tags.length ? { tags } : {}),
    risk_override: values.risk_override === 'none' ? null : values.risk_override,
    preferred_channel: values.preferred_channel === 'none' ? null : values.preferred_channel,
    exclude_from_reminders: values.exclude_from_reminders,
  }
}

/** The fields in which two profiles say different things. */
export function differences(mine: ProfileValues, theirs: ProfileValues): (keyof ProfileValues)[] {
  return (Object.keys(mine) as (keyof ProfileValues)[]).filter(
    (name) => JSON.stringify(mine[name]) !== JSON.stringify(theirs[name]),
  )
}

function tagsOf(text: string): string[] {
  return [...new Set(text.split(',').map((tag) => tag.trim()))].filter(Boolean)
}
