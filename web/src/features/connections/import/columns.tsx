'use client'

import { Badge } from '@/components/ui/badge'
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from '@/components/ui/card'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '@/components/ui/table'
import { useT } from '@/lib/i18n'
import { assign, ESSENTIAL, fieldByColumn, type Mapping, missing, type Recognised } from './mapping'

const NOTHING = '-'
type FieldMessage = 'fields.amount'

/** What a field of an import is called. */
export function useFieldNames(): (field: string) => string {
  const t = useT('imports')
  return (field) => (t.has(`fields.${field}` as FieldMessage) ? t(`fields.${field}` as FieldMessage) : field)
}

interface ColumnsProps {
  names: string[]
  fieldNames: string[]
  recognised: Recognised[]
  mapping: Mapping
  samplesOf: (column: string) => string[]
  /** Rows below headings that name their customers need no column for them. */
  hasCustomersInHeadings: boolean
  onChange: (mapping: Mapping) => void
}

/** Which column holds what: what was recognised, to be looked at and changed. */
export function Columns({
  names,
  fieldNames,
  recognised,
  mapping,
  samplesOf,
  hasCustomersInHeadings,
  onChange,
}: ColumnsProps) {
  const t = useT('imports')
  const nameOf = useFieldNames()
  const held = fieldByColumn(recognised)
  const lacks = missing(recognised).filter(([first]) => !(hasCustomersInHeadings && first === 'customer_id'))
  const essential = new Set(ESSENTIAL.flat())
  return (
    <Card className="gap-3 pb-0">
      <CardHeader>
        <CardTitle>{t('columns.title')}</CardTitle>
        <CardDescription>
          {lacks.length > 0 ? (
            <span className="text-negative">
              {t('columns.missing', {
                fields: lacks.map((choice) => choice.map(nameOf).join(` ${t('columns.or')} `)).join(', '),
              })}
            </span>
          ) : (
            t('columns.detail')
          )}
        </CardDescription>
      </CardHeader>
      <CardContent className="px-0">
        <Table label={t('columns.title')}>
          <TableHeader>
            <TableRow>
              <TableHead>{t('columns.column')}</TableHead>
              <TableHead className="max-sm:hidden">{t('columns.samples')}</TableHead>
              <TableHead className="w-64">{t('columns.field')}</TableHead>
            </TableRow>
          </TableHeader>
          <TableBody>
            {names.map((name) => {
              const field = held[name]
              const isTold = field !== undefined && mapping[field] === name
              return (
                <TableRow key={name}>
                  <TableHead
                    scope="row"
                    className="max-w-48 text-sm wrap-anywhere whitespace-normal text-foreground"
                  >
                    {name}
                  </TableHead>
                  <TableCell className="max-w-64 truncate text-muted-foreground max-sm:hidden">
                    {samplesOf(name).join(' · ')}
                  </TableCell>
                  <TableCell>
                    <div className="flex items-center gap-2">
                      <Select
                        value={field ?? NOTHING}
                        onValueChange={(next) =>
                          onChange(assign(mapping, recognised, name, next === NOTHING ? null : next))
                        }
                      >
                        <SelectTrigger aria-label={t('columns.holds', { column: name })} className="min-w-36">
                          <SelectValue />
                        </SelectTrigger>
                        <SelectContent>
                          <SelectItem value={NOTHING}>{t('columns.nothing')}</SelectItem>
                          {fieldNames.map((each) => (
                            <SelectItem key={each} value={each}>
                              {nameOf(each)}
                              {essential.has(each) && ' *'}
                            </SelectItem>
                          ))}
                        </SelectContent>
                      </Select>
                      {isTold && <Badge>{t('columns.chosen')}</Badge>}
                    </div>
                  </TableCell>
                </TableRow>
              )
            })}
          </TableBody>
        </Table>
      </CardContent>
    </Card>
  )
}
