'use client'

import { useT } from '@/lib/i18n'

type Side = Record<string, unknown> | null

/** What an event changed, field by field, as it was and as it is. */
export function AuditDiff({ before, after }: { before: Side; after: Side }) {
  const t = useT('settings.audit')
  const fields = changedFields(before, after)
  if (fields.length === 0) return <p className="text-muted-foreground">{t('noChange')}</p>
  return (
    <div className="overflow-x-auto rounded-md border" role="region" aria-label={t('changes')} tabIndex={0}>
      <table className="w-full text-left">
        <caption className="sr-only">{t('changes')}</caption>
        <thead>
          <tr className="border-b text-xs text-muted-foreground">
            <th scope="col" className="px-3 py-1.5 font-medium">
              {t('field')}
            </th>
            {before && (
              <th scope="col" className="px-3 py-1.5 font-medium">
                {t('before')}
              </th>
            )}
            {after && (
              <th scope="col" className="px-3 py-1.5 font-medium">
                {before ? t('after') : t('value')}
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {fields.map((field) => (
            <tr key={field} className="border-b align-top last:border-0">
              <th scope="row" className="px-3 py-1.5 font-mono text-xs font-normal">
                {field}
              </th>
              {before && (
                <td className="px-3 py-1.5 wrap-anywhere text-negative">
                  <Value value={before[field]} />
                </td>
              )}
              {after && (
                <td
                  className={before ? 'px-3 py-1.5 wrap-anywhere text-positive' : 'px-3 py-1.5 wrap-anywhere'}
                >
                  <Value value={after[field]} />
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Value({ value }: { value: unknown }) {
  if (value === undefined || value === null) return <span className="text-muted-foreground">–</span>
  if (typeof value === 'object') return <code className="font-mono text-xs">{JSON.stringify(value)}</code>
  return <>{String(value)}</>
}

/** The fields that differ, in the order in which they stand there. */
export function changedFields(before: Side, after: Side): string[] {
  const all = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
  return all.filter((field) => JSON.stringify(before?.[field]) !== JSON.stringify(after?.[field]))
}
