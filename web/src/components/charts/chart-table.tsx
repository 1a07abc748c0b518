'use client'

import { Check, Copy, Download } from 'lucide-react'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { useT } from '@/lib/i18n'
import { cn } from '@/lib/cn'
import { type ChartColumn, download, toCsv, toTsv } from './csv'

interface ChartTableProps<Row> {
  title: string
  columns: ChartColumn<Row>[]
  rows: Row[]
  fileName: string
}

/** The data behind a chart as a table, to copy into a spreadsheet or to keep as a file. */
export function ChartTable<Row>({ title, columns, rows, fileName }: ChartTableProps<Row>) {
  return (
    <div className="flex h-full flex-col gap-2">
      <FigureTable title={title} columns={columns} rows={rows} className="min-h-0 flex-1" />
      <div className="flex gap-2">
        <TableActions columns={columns} rows={rows} fileName={fileName} />
      </div>
    </div>
  )
}

/** Buttons that copy a table and that keep it as a CSV file. */
export function TableActions<Row>({ columns, rows, fileName }: Omit<ChartTableProps<Row>, 'title'>) {
  const t = useT('charts')
  const [outcome, setOutcome] = useState<'copied' | 'refused' | null>(null)
  const copy = () =>
    navigator.clipboard.writeText(toTsv(columns, rows)).then(
      () => setOutcome('copied'),
      () => setOutcome('refused'),
    )
  return (
    <>
      <Button variant="outline" size="sm" onClick={copy}>
        {outcome === 'copied' ? <Check aria-hidden /> : <Copy aria-hidden />}
        <span role="status">{t(outcome ?? 'copy')}</span>
      </Button>
      <Button variant="outline" size="sm" onClick={() => download(`${fileName}.csv`, toCsv(columns, rows))}>
        <Download aria-hidden />
        {t('csv')}
      </Button>
    </>
  )
}

/** A plain table of figures in a region that scrolls by itself, by pointer and by key. */
export function FigureTable<Row>({
  title,
  columns,
  rows,
  className,
  highlight,
}: Omit<ChartTableProps<Row>, 'fileName'> & { className?: string; highlight?: (row: Row) => boolean }) {
  return (
    <div role="region" aria-label={title} tabIndex={0} className={cn('overflow-auto', className)}>
      <table className="w-full text-sm">
        <caption className="sr-only">{title}</caption>
        <thead className="sticky top-0 bg-card">
          <tr className="border-b">
            {columns.map((column) => (
              <th
                key={column.label}
                scope="col"
                className={cn(
                  'h-8 px-2 text-xs font-medium whitespace-nowrap text-muted-foreground first:pl-0 last:pr-0',
                  column.numeric ? 'text-right' : 'text-left',
                )}
              >
                {column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, place) => (
            <tr key={place} className={cn('border-b last:border-0', highlight?.(row) && 'bg-muted')}>
              {columns.map((column, at) => {
                const content = column.text(row)
                const shape = cn(
                  'h-8 px-2 font-normal whitespace-nowrap first:pl-0 last:pr-0',
                  column.numeric ? 'text-right' : 'text-left',
                )
                return at === 0 ? (
                  <th key={column.label} scope="row" className={shape}>
                    {content}
                  </th>
                ) : (
                  <td key={column.label} className={shape}>
                    {content}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
