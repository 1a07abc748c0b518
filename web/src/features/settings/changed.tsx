'use client'

import { Alert, AlertDescription, AlertTitle } from '@/components/ui/alert'
import { Button } from '@/components/ui/button'
import { useT } from '@/lib/i18n'

export interface Difference {
  label: string
  theirs: string
  yours: string
}

/** Somebody else has changed what is being edited: what they have, what you have, and which it is to be. */
export function Changed({
  differences,
  onTheirs,
  onMine,
}: {
  differences: Difference[]
  onTheirs: () => void
  onMine: () => void
}) {
  const t = useT('settings.changed')
  return (
    <Alert variant="warning">
      <AlertTitle>{t('title')}</AlertTitle>
      <AlertDescription>
        {differences.length === 0 ? (
          <p>{t('same')}</p>
        ) : (
          <table className="my-1 w-full text-left">
            <caption className="sr-only">{t('caption')}</caption>
            <thead>
              <tr className="text-xs">
                <th scope="col" className="pr-3 font-medium">
                  {t('field')}
                </th>
                <th scope="col" className="pr-3 font-medium">
                  {t('theirs')}
                </th>
                <th scope="col" className="font-medium">
                  {t('yours')}
                </th>
              </tr>
            </thead>
            <tbody>
              {differences.map(({ label, theirs, yours }) => (
                <tr key={label}>
                  <th scope="row" className="pr-3 font-normal">
                    {label}
                  </th>
                  <td className="pr-3 text-foreground">{theirs}</td>
                  <td className="text-foreground">{yours}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        <div className="mt-2 flex flex-wrap gap-2">
          <Button size="sm" variant="outline" onClick={onTheirs}>
            {t('takeTheirs')}
          </Button>
          {differences.length > 0 && (
            <Button size="sm" onClick={onMine}>
              {t('saveMine')}
            </Button>
          )}
        </div>
      </AlertDescription>
    </Alert>
  )
}
