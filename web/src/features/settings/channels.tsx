'use client'

import { PlusIcon } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { Empty } from '@/components/empty'
import { Page } from '@/components/page'
import { useProblemText } from '@/components/problem-alert'
import { Region } from '@/components/region'
import { Button } from '@/components/ui/button'
import { Skeleton } from '@/components/ui/skeleton'
import { useT } from '@/lib/i18n'
import { useCan } from '@/lib/session'
import { toast } from '@/lib/toast'
import { ChannelCard } from './channel-card'
import { type Channel, type Purpose, useChannels, useCheckChannel } from './channels-api'
import { type Secret, SecretDialog } from './secret-dialog'

// The form comes when it is asked for.
const ChannelDialog = lazy(() => import('./channel-dialog'))

const PURPOSES: Purpose[] = ['debtors', 'team']

/** How debtors and the team are reached: each channel with how it fares, and the form that sets one up. */
export function Channels() {
  const t = useT('channels')
  const query = useChannels()
  const canCreate = useCan('createChannel')
  const [edited, setEdited] = useState<Channel | 'new' | null>(null)
  const [secret, setSecret] = useState<Secret | null>(null)
  const check = useCheckChannel()
  const say = useProblemText()
  const plugins = query.data?.plugins ?? []
  const add = canCreate && (
    <Button onClick={() => setEdited('new')} disabled={plugins.length === 0}>
      <PlusIcon className="size-4" aria-hidden />
      {t('create')}
    </Button>
  )
  const saved = ({ id, name, status }: Channel) => {
    toast.success(t(edited === 'new' ? 'created' : 'saved', { name }))
    setEdited(null)
    if (status === 'disabled') return
    // What was entered is tried at once: the card then says how it fares.
    check.mutate(
      { params: { path: { channel_id: id } } },
      {
        onSuccess: (checked) => {
          if (checked.status === 'failing')
            toast.error(t('checkedFailing', { name }), { description: checked.reason ?? undefined })
        },
        onError: (error) => toast.error(say(error).title, { description: say(error).detail }),
      },
    )
  }
  const showAddress = ({ name }: Channel, url: string) =>
    setSecret({
      title: t('receiptsTitle', { name }),
      detail: t('receiptsDetail'),
      label: t('receiptsLabel'),
      value: url,
    })
  return (
    <Page title={t('title')} subtitle={t('subtitle')} actions={add}>
      <Region
        query={query}
        skeleton={<Skeleton className="h-48" />}
        isEmpty={({ items }) => items.length === 0}
        empty={<Empty title={t('none')} detail={t('noneDetail')} action={add} />}
      >
        {({ items }) => (
          <div className="flex flex-col gap-6">
            {PURPOSES.map((purpose) => {
              const channels = items.filter((each) => each.purpose === purpose)
              if (channels.length === 0) return null
              return (
                <section key={purpose} aria-labelledby={`channels-${purpose}`}>
                  <h2 id={`channels-${purpose}`} className="mb-2 font-semibold">
                    {t(purpose)}
                  </h2>
                  <div className="grid gap-4 lg:grid-cols-2">
                    {channels.map((channel) => (
                      <ChannelCard
                        key={channel.id}
                        channel={channel}
                        plugin={plugins.find(({ slug }) => slug === channel.plugin)}
                        onEdit={() => setEdited(channel)}
                        onAddress={(url) => showAddress(channel, url)}
                      />
                    ))}
                  </div>
                </section>
              )
            })}
          </div>
        )}
      </Region>
      <Suspense>
        {edited && (
          <ChannelDialog
            plugins={plugins}
            channel={edited === 'new' ? undefined : edited}
            onClose={() => setEdited(null)}
            onSaved={saved}
          />
        )}
      </Suspense>
      <SecretDialog secret={secret} onClose={() => setSecret(null)} />
    </Page>
  )
}
