'use client'

import { CopyIcon } from 'lucide-react'
import { MessageView, Refusals } from '@/components/reminders/message-view'
import { ProblemAlert } from '@/components/problem-alert'
import { Alert, AlertDescription, AlertTitle } from '@/components/ui/alert'
import { Button } from '@/components/ui/button'
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from '@/components/ui/card'
import { api } from '@/lib/api'
import { useT } from '@/lib/i18n'
import { toast } from '@/lib/toast'
import type { Dispute } from './api'

/** What could be answered to the customer as the dispute stands: a draft to take along, which is sent by nobody. */
export function ReplyCard({ dispute }: { dispute: Dispute }) {
  const t = useT('disputes')
  const draft = api.useMutation('post', '/api/disputes/{dispute_id}/reply-draft')
  const reply = draft.data
  const copy = (text: string) => {
    navigator.clipboard.writeText(text).then(
      () => toast.success(t('reply.copied')),
      () => toast.error(t('reply.notCopied')),
    )
  }
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t('reply.title')}</CardTitle>
        <CardDescription>{t('reply.detail')}</CardDescription>
      </CardHeader>
      <CardContent className="flex flex-col gap-3">
        {draft.error && <ProblemAlert error={draft.error} />}
        {reply && !reply.verdict.passes && (
          <Alert variant="destructive">
            <AlertTitle>{t('reply.refused')}</AlertTitle>
            <AlertDescription>
              <Refusals refusals={reply.verdict.refusals} />
            </AlertDescription>
          </Alert>
        )}
        {reply && (
          <MessageView
            message={{
              subject: reply.subject,
              text: reply.text,
              html: null,
              language: reply.language,
              attachments: [],
            }}
            refusals={reply.verdict.refusals}
          />
        )}
        <div className="flex flex-wrap gap-2">
          <Button
            variant="outline"
            disabled={draft.isPending}
            onClick={() =>
              draft.mutate({
                params: { path: { dispute_id: dispute.id } },
                body: { tone: 'neutral', writer: null },
              })
            }
          >
            {t(draft.isPending ? 'reply.drafting' : reply ? 'reply.again' : 'reply.draft')}
          </Button>
          {reply && (
            <Button variant="outline" onClick={() => copy(`${reply.subject}\n\n${reply.text}`)}>
              <CopyIcon className="size-4" aria-hidden />
              {t('reply.copy')}
            </Button>
          )}
        </div>
      </CardContent>
    </Card>
  )
}
