'use client'

import { Card, CardContent, CardDescription, CardHeader, CardTitle } from '@/components/ui/card'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { useFormat } from '@/lib/format'
import { useT } from '@/lib/i18n'
import type { Preview, Reading } from './api'

const FOUND = 'found'
const DELIMITERS = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'bar' } as const

interface ReadingOptionsProps {
  reading: Reading
  /** How the file is read; null where that is open yet. */
  preview: Preview | null
  /** What the hub could not find out, by setting. */
  questions: Record<string, string>
  sheets: string[]
  onChange: (change: Partial<Reading>) => void
}

/** How a file is read: what was found out and from what, and what a person says instead. */
export function ReadingOptions({ reading, preview, questions, sheets, onChange }: ReadingOptionsProps) {
  const t = useT('imports')
  const { day } = useFormat()
  const found = (value: string | null | undefined) =>
    value ? t('reading.found', { value }) : t('reading.foundOut')
  const orders = { dmy: t('reading.dmy'), mdy: t('reading.mdy'), ymd: t('reading.ymd') }
  return (
    <Card className="gap-3">
      <CardHeader>
        <CardTitle>{t('reading.title')}</CardTitle>
        <CardDescription>{t('reading.detail')}</CardDescription>
      </CardHeader>
      <CardContent className="grid gap-4 sm:grid-cols-2">
        <Choice
          label={t('reading.dateOrder')}
          help={sentence(preview?.date_evidence)}
          error={questions.date_order}
          value={reading.date_order}
          found={found(preview && orders[preview.date_order as keyof typeof orders])}
          choices={orders}
          onChange={(date_order) => onChange({ date_order: date_order as Reading['date_order'] })}
        />
        <Choice
          label={t('reading.decimal')}
          help={sentence(preview?.decimal_evidence)}
          error={questions.decimal}
          value={reading.decimal}
          found={found(preview?.decimal)}
          choices={{ '.': '1,234.56', ',': '1.234,56' }}
          onChange={(decimal) => onChange({ decimal: decimal as Reading['decimal'] })}
        />
        <TypedIn
          label={t('reading.currency')}
          help={sentence(preview?.currency_source)}
          error={questions.currency}
          value={reading.currency}
          placeholder={preview?.currency}
          onChange={(currency) => onChange({ currency: currency.trim().toUpperCase() })}
        />
        <TypedIn
          label={t('reading.asOf')}
          help={preview && sentence(`${day(preview.as_of)}: ${preview.as_of_source}`)}
          error={questions.as_of}
          value={reading.as_of}
          type="date"
          onChange={(as_of) => onChange({ as_of })}
        />
        {sheets.length > 1 || preview?.sheet ? (
          <Choice
            label={t('reading.sheet')}
            error={questions.sheet}
            value={reading.sheet}
            found={found(preview?.sheet)}
            choices={Object.fromEntries(sheets.map((sheet) => [sheet, sheet]))}
            onChange={(sheet) => onChange({ sheet })}
          />
        ) : (
          <>
            <Choice
              label={t('reading.delimiter')}
              error={questions.delimiter}
              value={reading.delimiter}
              found={found(
                preview?.delimiter &&
                  t(`reading.${DELIMITERS[preview.delimiter as keyof typeof DELIMITERS]}`),
              )}
              choices={Object.fromEntries(
                Object.entries(DELIMITERS).map(([mark, name]) => [mark, t(`reading.${name}`)]),
              )}
              onChange={(delimiter) => onChange({ delimiter })}
            />
            <Choice
              label={t('reading.encoding')}
              error={questions.encoding}
              value={reading.encoding}
              found={found(preview?.encoding)}
              choices={Object.fromEntries(
                ['utf-8', 'cp1252', 'latin-1', 'utf-16'].map((name) => [name, name]),
              )}
              onChange={(encoding) => onChange({ encoding })}
            />
          </>
        )}
      </CardContent>
    </Card>
  )
}

/** What the hub says in passing, as a sentence of its own. */
function sentence(text: string | null | undefined): string | null {
  return text ? `${text[0]!.toUpperCase()}${text.slice(1).replace(/\.$/, '')}.` : null
}

function Choice({
  label,
  help,
  error,
  value,
  found,
  choices,
  onChange,
}: {
  label: string
  help?: string | null
  error?: string
  value: string
  found: string
  choices: Record<string, string>
  onChange: (value: string) => void
}) {
  return (
    <Field label={label} help={help} error={error}>
      <ChoiceSelect value={value} found={found} choices={choices} onChange={onChange} />
    </Field>
  )
}

function ChoiceSelect({
  value,
  found,
  choices,
  onChange,
  ...props
}: {
  value: string
  found: string
  choices: Record<string, string>
  onChange: (value: string) => void
}) {
  return (
    <Select value={value || FOUND} onValueChange={(next) => onChange(next === FOUND ? '' : next)}>
      <SelectTrigger {...props}>
        <SelectValue />
      </SelectTrigger>
      <SelectContent>
        <SelectItem value={FOUND}>{found}</SelectItem>
        {Object.entries(choices).map(([choice, name]) => (
          <SelectItem key={choice} value={choice}>
            {name}
          </SelectItem>
        ))}
      </SelectContent>
    </Select>
  )
}

function TypedIn({
  label,
  help,
  error,
  value,
  placeholder,
  type,
  onChange,
}: {
  label: string
  help?: string | null
  error?: string
  value: string
  placeholder?: string
  type?: string
  onChange: (value: string) => void
}) {
  // Told when it is left, not letter by letter: each telling reads the file anew.
  return (
    <Field label={label} help={help} error={error}>
      <Input
        key={value}
        type={type}
        defaultValue={value}
        placeholder={placeholder}
        autoComplete="off"
        onBlur={(event) => event.target.value !== value && onChange(event.target.value)}
        onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
      />
    </Field>
  )
}
