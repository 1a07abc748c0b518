'use client'

import { useId, useState } from 'react'
import { ProblemAlert } from '@/components/problem-alert'
import { Button } from '@/components/ui/button'
import { Checkbox } from '@/components/ui/checkbox'
import {
  Dialog,
  DialogContent,
  DialogDescription,
  DialogFooter,
  DialogHeader,
  DialogTitle,
} from '@/components/ui/dialog'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Label } from '@/components/ui/label'
import { RadioGroup, RadioGroupItem } from '@/components/ui/radio-group'
import { useT } from '@/lib/i18n'
import { asProblem } from '@/lib/problem'
import {
  type Endpoint,
  eventKey,
  type EventName,
  type IssuedEndpoint,
  useChangeEndpoint,
  useCreateEndpoint,
} from './webhooks-api'

interface Props {
  /** All types of events that there are. */
  events: EventName[]
  /** The one that is edited; without one, a new one is made. */
  endpoint?: Endpoint
  onClose: () => void
  onIssued: (endpoint: IssuedEndpoint) => void
  onSaved: (endpoint: Endpoint) => void
}

/** Makes an endpoint, or changes one. */
export default function WebhookDialog({ events, endpoint, onClose, onIssued, onSaved }: Props) {
  const t = useT('webhooks')
  const c = useT('common')
  const create = useCreateEndpoint()
  const change = useChangeEndpoint()
  const [url, setUrl] = useState(endpoint?.url ?? '')
  const [description, setDescription] = useState(endpoint?.description ?? '')
  const [chosen, setChosen] = useState<EventName[]>(endpoint?.events ?? [])
  const [isAll, setAll] = useState(chosen.length === 0)
  const [isChecked, setChecked] = useState(false)
  const error = create.error ?? change.error
  const problem = error ? asProblem(error) : null
  const said = (field: string) => problem?.fields.find((each) => each.field === field)?.message
  const submit = () => {
    setChecked(true)
    if (url.trim() === '' || (!isAll && chosen.length === 0)) return
    const body = { url: url.trim(), description: description.trim(), events: isAll ? [] : chosen }
    if (endpoint) {
      const params = {
        path: { endpoint_id: endpoint.id },
        header: { 'If-Match': `"${endpoint.version}"` },
      }
      change.mutate({ params, body }, { onSuccess: onSaved })
    } else {
      create.mutate({ body }, { onSuccess: onIssued })
    }
  }
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent>
        <form
          noValidate
          className="contents"
          onSubmit={(event) => {
            event.preventDefault()
            submit()
          }}
        >
          <DialogHeader>
            <DialogTitle>{endpoint ? t('editTitle') : t('createTitle')}</DialogTitle>
            <DialogDescription>{t('createDetail')}</DialogDescription>
          </DialogHeader>
          {problem && problem.fields.length === 0 && <ProblemAlert error={problem} />}
          <Field
            label={t('url')}
            help={t('urlHelp')}
            error={isChecked && url.trim() === '' ? t('needed') : said('url')}
          >
            <Input
              type="url"
              autoComplete="off"
              maxLength={2048}
              placeholder="https://"
              value={url}
              onChange={(event) => setUrl(event.target.value)}
            />
          </Field>
          <Field label={t('description')} optional error={said('description')}>
            <Input
              autoComplete="off"
              maxLength={200}
              value={description}
              onChange={(event) => setDescription(event.target.value)}
            />
          </Field>
          <EventPicker
            events={events}
            chosen={chosen}
            onChoose={setChosen}
            isAll={isAll}
            onAll={setAll}
            error={isChecked && !isAll && chosen.length === 0 ? t('chooseSome') : said('events')}
          />
          <DialogFooter>
            <Button variant="outline" onClick={onClose}>
              {c('actions.cancel')}
            </Button>
            <Button type="submit" disabled={create.isPending || change.isPending}>
              {endpoint ? c('actions.save') : t('create')}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  )
}

interface EventPickerProps {
  events: EventName[]
  chosen: EventName[]
  onChoose: (events: EventName[]) => void
  isAll: boolean
  onAll: (isAll: boolean) => void
  error: string | undefined
}

function EventPicker({ events, chosen, onChoose, isAll, onAll, error }: EventPickerProps) {
  const t = useT('webhooks')
  const id = useId()
  return (
    <fieldset className="flex flex-col gap-2" aria-describedby={error ? `${id}-error` : undefined}>
      <legend className="mb-1.5 font-medium">{t('events')}</legend>
      <RadioGroup
        value={isAll ? 'all' : 'chosen'}
        aria-label={t('events')}
        onValueChange={(value) => onAll(value === 'all')}
      >
        {(['all', 'chosen'] as const).map((each) => (
          <div key={each} className="flex items-center gap-2">
            <RadioGroupItem id={`${id}-${each}`} value={each} />
            <Label htmlFor={`${id}-${each}`} className="font-normal">
              {t(`${each}Events`)}
            </Label>
          </div>
        ))}
      </RadioGroup>
      {!isAll && (
        <div className="grid gap-x-4 pl-6 sm:grid-cols-2">
          {events.map((event) => (
            <Label key={event} className="flex min-h-7 items-center gap-2 font-normal">
              <Checkbox
                checked={chosen.includes(event)}
                onCheckedChange={(isOn) =>
                  onChoose(isOn ? [...chosen, event] : chosen.filter((each) => each !== event))
                }
              />
              {t(`event.${eventKey(event)}`)}
            </Label>
          ))}
        </div>
      )}
      {error && (
        <p id={`${id}-error`} role="alert" className="text-xs text-negative">
          {error}
        </p>
      )}
    </fieldset>
  )
}
