'use client'

import { Undo2Icon } from 'lucide-react'
import { Fragment, useId } from 'react'
import { Button } from '@/components/ui/button'
import { Input } from '@/components/ui/input'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '@/components/ui/table'
import { useT } from '@/lib/i18n'
import { cn } from '@/lib/cn'
import type { FileRow, Preview } from './api'
import { type Correction, correctionOf, isMendable, problemsByLine } from './corrections'
import { fieldByColumn } from './mapping'
import { useFieldNames } from './columns'

type Mend = (cell: { line: number; column: string; value: string }, shown: string) => void

interface PreviewTableProps {
  preview: Preview
  /** Which of the preview's rows to show. */
  rows: FileRow[]
  corrections: Correction[]
  onMend: Mend
}

/** Rows of the file; a cell that cannot be used can be mended where it stands, with what was expected below it. */
export function PreviewTable({ preview, rows, corrections, onMend }: PreviewTableProps) {
  const t = useT('imports')
  const fieldName = useFieldNames()
  const id = useId()
  const problems = problemsByLine(preview.problems)
  const held = fieldByColumn(preview.columns)
  // What is used comes first, for a file may have hundreds of columns that mean nothing.
  const places = preview.names
    .map((name, place) => ({ name, place, isUsed: name in held }))
    .filter(({ isUsed, place }) => isUsed || place < 12)
    .sort((a, b) => Number(b.isUsed) - Number(a.isUsed) || a.place - b.place)
  const hasProblems = rows.some(({ line }) => problems.has(line))
  return (
    <>
      {hasProblems && <BadRows {...{ preview, rows, onMend }} />}
      <div className={cn('overflow-hidden rounded-lg border bg-card', hasProblems && 'max-sm:hidden')}>
        <Table label={t('rows.title')}>
          <caption className="sr-only">{t('rows.title')}</caption>
          <TableHeader>
            <TableRow>
              <TableHead className="text-right">{t('rows.line')}</TableHead>
              {places.map(({ name, isUsed }) => (
                <TableHead key={name} className={cn(!isUsed && 'opacity-70')}>
                  <span className="block text-foreground">{name}</span>
                  <span className="block font-normal">
                    {isUsed ? fieldName(held[name]!) : t('rows.unused')}
                  </span>
                </TableHead>
              ))}
            </TableRow>
          </TableHeader>
          <TableBody>
            {rows.map((row) => {
              const problem = problems.get(row.line)
              const canMend = problem !== undefined && isMendable(problem, preview.names)
              return (
                <Fragment key={row.line}>
                  <TableRow className={cn(problem && 'border-b-0')}>
                    <TableCell className="text-right text-muted-foreground">{row.line}</TableCell>
                    {places.map(({ name, place, isUsed }) => (
                      <TableCell
                        key={name}
                        className={cn('max-w-72 whitespace-nowrap', !isUsed && 'text-muted-foreground')}
                      >
                        {canMend && problem.field === name ? (
                          <MendableCell
                            label={t('rows.mend', { column: name, line: row.line })}
                            describedBy={`${id}-${row.line}`}
                            value={row.cells[place] ?? ''}
                            onMend={(value) =>
                              onMend({ line: row.line, column: name, value }, row.cells[place] ?? '')
                            }
                          />
                        ) : (
                          <Cell
                            value={row.cells[place] ?? ''}
                            column={name}
                            correction={correctionOf(corrections, row.line, name)}
                            onMend={onMend}
                          />
                        )}
                      </TableCell>
                    ))}
                  </TableRow>
                  {problem && (
                    <TableRow>
                      <TableCell />
                      <TableCell colSpan={places.length} className="pb-2" id={`${id}-${row.line}`}>
                        <span className="text-xs text-negative">
                          <Said problem={problem} />
                        </span>
                      </TableCell>
                    </TableRow>
                  )}
                </Fragment>
              )
            })}
          </TableBody>
        </Table>
      </div>
    </>
  )
}

/** The same on a phone: each bad row with its one cell to mend, and what tells the row from others. */
function BadRows({ preview, rows, onMend }: Pick<PreviewTableProps, 'preview' | 'rows' | 'onMend'>) {
  const t = useT('imports')
  const id = useId()
  const problems = problemsByLine(preview.problems)
  return (
    <ul className="flex flex-col divide-y rounded-lg border bg-card sm:hidden">
      {rows.map(({ line, cells }) => {
        const problem = problems.get(line)
        if (!problem) return null
        const place = problem.field === null ? -1 : preview.names.indexOf(problem.field)
        const value = cells[place] ?? ''
        return (
          <li key={line} className="flex flex-col gap-2 p-3">
            <p className="font-medium">{t('rows.atLine', { line })}</p>
            <p className="text-xs wrap-anywhere text-muted-foreground">
              {cells.filter((cell) => cell.trim()).join(' · ')}
            </p>
            {isMendable(problem, preview.names) && (
              <MendableCell
                label={t('rows.mend', { column: problem.field!, line })}
                describedBy={`${id}-${line}`}
                value={value}
                onMend={(next) => onMend({ line, column: problem.field!, value: next }, value)}
              />
            )}
            <p id={`${id}-${line}`} className="text-xs text-negative">
              <Said problem={problem} />
            </p>
          </li>
        )
      })}
    </ul>
  )
}

function Said({ problem }: { problem: Preview['problems'][number] }) {
  const t = useT('imports')
  return problem.field && problem.expected
    ? t('rows.expected', { column: problem.field, expected: problem.expected })
    : problem.message
}

function MendableCell({
  label,
  describedBy,
  value,
  onMend,
}: {
  label: string
  describedBy: string
  value: string
  onMend: (value: string) => void
}) {
  return (
    <Input
      key={value}
      aria-label={label}
      aria-invalid
      aria-describedby={describedBy}
      defaultValue={value}
      autoComplete="off"
      spellCheck={false}
      className="min-w-32"
      onBlur={(event) => event.target.value !== value && onMend(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur()
        if (event.key === 'Escape') {
          event.currentTarget.value = value
          event.currentTarget.blur()
        }
      }}
    />
  )
}

function Cell({
  value,
  column,
  correction,
  onMend,
}: {
  value: string
  column: string
  correction: Correction | undefined
  onMend: Mend
}) {
  const t = useT('imports')
  if (!correction) return <span className="block truncate">{value}</span>
  const { line, original } = correction
  return (
    <span className="flex items-center gap-1">
      <span className="truncate font-medium text-primary">{value || t('rows.emptied')}</span>
      <Button
        variant="ghost"
        size="sm"
        aria-label={t('rows.undo', { original, line })}
        title={t('rows.undo', { original, line })}
        onClick={() => onMend({ line, column, value: original }, value)}
      >
        <Undo2Icon aria-hidden className="size-3.5" />
      </Button>
    </span>
  )
}
