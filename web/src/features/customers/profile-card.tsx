'use client'

import { Pencil } from 'lucide-react'
import { useState } from 'react'
import { Facts } from '@/components/definition-list'
import { useLedgerWords } from '@/components/ledger/words'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { Card, CardAction, CardContent, CardHeader, CardTitle } from '@/components/ui/card'
import { NONE } from '@/lib/format'
import { useT } from '@/lib/i18n'
import { useCan } from '@/lib/session'
import type { Customer } from './api'
import { ProfileSheet } from './profile-sheet'

/** What the company's own people say of the customer: whom to talk to, and what to know. */
export function ProfileCard({ customer }: { customer: Customer }) {
  const t = useT('customers')
  const words = useLedgerWords()
  const canEdit = useCan('updateCustomer')
  const [isEditing, setEditing] = useState(false)
  const { profile } = customer
  const contacts = profile.contacts ?? []
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t('profile.title')}</CardTitle>
        {canEdit && (
          <CardAction>
            <Button variant="outline" size="sm" onClick={() => setEditing(true)}>
              <Pencil aria-hidden className="size-3.5" strokeWidth={1.75} />
              {t('profile.edit')}
            </Button>
          </CardAction>
        )}
      </CardHeader>
      <CardContent className="flex flex-col gap-4">
        {contacts.length > 0 ? (
          <ul className="flex flex-col gap-3">
            {contacts.map((contact, at) => (
              <li key={at} className="min-w-0">
                <div className="font-medium wrap-anywhere">
                  {contact.name}
                  {contact.role && (
                    <span className="ml-2 font-normal text-muted-foreground">{contact.role}</span>
                  )}
                </div>
                <div className="flex flex-wrap gap-x-4">
                  {contact.email && (
                    <a
                      href={`mailto:${contact.email}`}
                      className="wrap-anywhere text-primary hover:underline"
                    >
                      {contact.email}
                    </a>
                  )}
                  {contact.phone && (
                    <a
                      href={`tel:${contact.phone.replace(/[^\d+]/g, '')}`}
                      className="text-primary hover:underline"
                    >
                      {contact.phone}
                    </a>
                  )}
                </div>
              </li>
            ))}
          </ul>
        ) : (
          <p className="text-muted-foreground">{t('profile.noContacts')}</p>
        )}
        {profile.notes && <p className="border-t pt-4 wrap-anywhere whitespace-pre-wrap">{profile.notes}</p>}
        {(profile.tags?.length ?? 0) > 0 && (
          <ul className="flex flex-wrap gap-1.5" aria-label={t('profile.tags')}>
            {profile.tags?.map((tag) => (
              <li key={tag}>
                <Badge>{tag}</Badge>
              </li>
            ))}
          </ul>
        )}
        <Facts
          className="border-t pt-4"
          items={[
            {
              label: t('profile.override'),
              value: profile.risk_override ? words.risk(profile.risk_override) : t('profile.asForecast'),
            },
            {
              label: t('profile.channel'),
              value: profile.preferred_channel ? t(`profile.channels.${profile.preferred_channel}`) : NONE,
            },
            {
              label: t('profile.reminders'),
              value: t(profile.exclude_from_reminders ? 'profile.never' : 'profile.allowed'),
            },
          ]}
        />
      </CardContent>
      {isEditing && <ProfileSheet customer={customer} onClose={() => setEditing(false)} />}
    </Card>
  )
}
